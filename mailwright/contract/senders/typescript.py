"""The senders as a TypeScript module over the package `customerio-node`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.contract.senders.contents import Call, Contents, Event, Field, Shape

_TYPES = {
    "text": "string", "number": "number", "integer": "number", "boolean": "boolean", "timestamp": "Timestamp",
    "list": "unknown[]", "object": "Record<string, unknown>", "any": "unknown",
}  # fmt: skip
_WIDE = 110
_HEAD = """/**
 * Typed senders of our events to Customer.io, a method each.
 *
 * Written by `mailwright events codegen typescript`; change the schemas, not this file. It needs the package
 * `customerio-node`. An event's id is new for each call: keep what the method gives, and hand it in again when the call
 * has to be repeated.
 */
import {{ {clients} }} from "customerio-node";

/** A moment: Unix seconds, or a Date. */
export type Timestamp = number | Date;

/** Somebody who is not known yet; `identify` with the same id brings the events to the person. */
export interface Anonymous {{
  anonymousId: string;
}}

export interface EventOptions {{
  /** When it happened; by default now. */
  at?: Timestamp;
  /** The id of an earlier try. */
  eventId?: string;
  /** Sent before the event, so that the email it starts finds the address. */
  attributes?: {attributes};
}}
"""
_SENDER = """
/** A new id for an event: 26 characters that sort by time. `at` is in Unix seconds, by default now. */
export function ulid(at: number = Date.now() / 1000): string {{
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let rest = Math.floor(at * 1000);
  let time = "";
  for (let place = 0; place < 10; place += 1) {{
    time = digits[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }}
  const random = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return time + Array.from(random, (byte) => digits[byte % 32]).join("");
}}

function plain(value: unknown): unknown {{
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {{
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  }}
  return value;
}}

function plainObject(value: object): Record<string, unknown> {{
  return plain(value) as Record<string, unknown>;
}}

/** Sends to one workspace. Errors are the client's own. */
export class Sender {{
  constructor(
    private readonly client: TrackClient,{api_argument}
  ) {{}}

  /** Make or change a person; with `anonymousId` that visitor's events become the person's. */
  async identify(person: string, attributes: {attributes}, anonymousId?: string): Promise<void> {{
    const more = anonymousId === undefined ? {{}} : {{ anonymous_id: anonymousId }};
    await this.client.identify(person, plainObject({{ ...attributes, ...more }}));
  }}

  /** Move everything of `other` to `person`, and delete `other`. */
  async merge(person: string, other: string): Promise<void> {{
    await this.client.mergeCustomers(IdentifierType.Id, person, IdentifierType.Id, other);
  }}

  /** Delete a person and take no more calls about them. */
  async suppress(person: string): Promise<void> {{
    await this.client.suppress(person);
  }}

  /** Take calls about a person again. */
  async unsuppress(person: string): Promise<void> {{
    await this.client.unsuppress(person);
  }}

  /** Delete a person; the next call about them makes a new one. */
  async delete(person: string): Promise<void> {{
    await this.client.destroy(person);
  }}

  private async send(who: string | Anonymous, name: string, data: object, options: EventOptions): Promise<string> {{
    const at = options.at === undefined ? Math.floor(Date.now() / 1000) : (plain(options.at) as number);
    const id = options.eventId ?? ulid(at);
    const event = {{ name, id, timestamp: at, data: plainObject(data) }};
    if (typeof who !== "string") {{
      await this.client.trackAnonymous(who.anonymousId, event);
      return id;
    }}
    if (options.attributes !== undefined) await this.identify(who, options.attributes);
    await this.client.track(who, event);
    return id;
  }}
"""
_API_ARGUMENT = """
    private readonly api?: APIClient,
    private readonly broadcasts: Record<string, number> = {},"""
_API = """
  private get app(): APIClient {
    if (this.api === undefined) throw new Error("messages and broadcasts need the App API: new Sender(track, api)");
    return this.api;
  }
"""
_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def as_typescript(contents: Contents) -> str:
    """The module's source; it passes tsc's strict mode."""
    has_api = bool(contents.messages or contents.broadcasts)
    clients = [*(["APIClient"] if has_api else []), "IdentifierType"]
    clients += [*(["SendEmailRequest"] if contents.messages else []), "TrackClient"]
    attributes = contents.people.name if contents.people is not None else "Record<string, unknown>"
    parts = [_HEAD.format(clients=", ".join(clients), attributes=attributes)]
    parts += ["\n".join(_shape(shape)) for shape in contents.shapes()]
    parts.append(_SENDER.format(attributes=attributes, api_argument=_API_ARGUMENT if has_api else ""))
    parts += ["\n".join(_event(event)) for event in contents.events]
    if has_api:
        parts.append(_API)
        parts += ["\n".join(_message(call)) for call in contents.messages]
        parts += ["\n".join(_broadcast(call)) for call in contents.broadcasts]
    parts.append("}\n")
    return "".join(parts)


# --- types ----------------------------------------------------------------------------------------------------------


def _shape(shape: Shape) -> Iterator[str]:
    yield ""
    yield f"/** {_harmless(shape.doc)} */"
    yield f"export interface {shape.name} {{"
    for one in shape.fields:
        if one.doc:
            yield f"  /** {_harmless(one.doc)} */"
        name = one.name if _NAME.fullmatch(one.name) else _quoted(one.name)
        yield f"  {name}{'' if one.required else '?'}: {_hint(one)};"
    yield "}"
    yield ""


def _hint(one: Field) -> str:
    if one.types == ("text",) and one.allowed and all(isinstance(value, str) for value in one.allowed):
        hint = " | ".join(map(_quoted, one.allowed))
    else:
        hint = " | ".join(dict.fromkeys(_type(kind, one) for kind in one.types))
    if "unknown" in hint.split(" | "):
        return "unknown"
    return f"{hint} | null" if one.nullable else hint


def _type(kind: str, one: Field) -> str:
    if one.parts is not None and kind in ("object", "list"):
        return one.parts.name if kind == "object" else f"{one.parts.name}[]"
    return _TYPES[kind]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _harmless(text: str) -> str:
    return text.replace("*/", "* /")


# --- methods --------------------------------------------------------------------------------------------------------


def _camel(words: tuple[str, ...]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _event(event: Event) -> Iterator[str]:
    data = event.shape.name if event.shape is not None else "Record<string, unknown>"
    default = "" if event.shape is not None and event.shape.has_required else " = {}"
    doc = [*event.doc, f"@deprecated {event.deprecated}" if event.deprecated else ""]
    yield ""
    yield from _comment(" ".join(line for line in doc if line) or f"Send {event.name}.", "Gives the event's id.")
    name = _camel(event.words)
    yield f"  {name}(who: string | Anonymous, data: {data}{default}, options: EventOptions = {{}}): Promise<string> {{"
    yield f"    return this.send(who, {_quoted(event.name)}, data, options);"
    yield "  }"
    yield ""


def _message(call: Call) -> Iterator[str]:
    data = call.shape.name if call.shape is not None else "Record<string, unknown>"
    default = "" if call.shape is not None else " = {}"
    yield ""
    yield from _comment(call.doc or f"Send the message {call.slug}.", "Gives the delivery's id.")
    yield f"  async {_camel(call.words)}(person: string, to: string, data: {data}{default}): Promise<string> {{"
    yield "    const request = new SendEmailRequest({"
    yield f"      transactional_message_id: {_quoted(call.slug)},"
    yield "      to,"
    yield "      identifiers: { id: person },"
    yield "      message_data: plainObject(data),"
    yield "    });"
    yield "    const reply = await this.app.sendEmail(request);"
    yield '    return String(reply["delivery_id"]);'
    yield "  }"
    yield ""


def _broadcast(call: Call) -> Iterator[str]:
    yield ""
    about = "Without `ids` it goes to its audience. Gives the trigger's id."
    yield from _comment(call.doc or f"Trigger the broadcast {call.slug}.", about)
    yield f"  async {_camel(call.words)}(data: Record<string, unknown> = {{}}, ids?: string[]): Promise<number> {{"
    yield f"    const number = this.broadcasts[{_quoted(call.slug)}];"
    yield f'    if (number === undefined) throw new Error("no broadcast is known as {call.slug}");'
    yield "    const to = ids === undefined ? undefined : { ids };"
    yield "    const reply = await this.app.triggerBroadcast(number, plainObject(data), to);"
    yield '    return Number(reply["id"]);'
    yield "  }"
    yield ""


def _comment(*sentences: str) -> Iterator[str]:
    lines = wrap(_harmless(" ".join(sentences)), _WIDE - 6)
    if len(lines) == 1:
        yield f"  /** {lines[0]} */"
        return
    yield "  /**"
    yield from (f"   * {line}" for line in lines)
    yield "   */"
