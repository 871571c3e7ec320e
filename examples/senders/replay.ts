/**
 * Send an event log to a local workspace through the generated TypeScript senders.
 *
 *     npx tsc --target es2022 --module nodenext --types node --outDir build examples/senders/replay.ts
 *     mailwright serve --exec 'node build/replay.js examples/log/events.ndjson --now'
 *
 * Each line is an identify or a track call, as in the example log. `--now` leaves the log's times out; `--clock` moves the
 * workspace's clock to each line before it is sent, so that the log is lived through as it happened.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { TrackClient } from "customerio-node";
import { type Attributes, type EventOptions, Sender } from "./northstar.js";

interface Call {
  type: "identify" | "track";
  id: string;
  person: string;
  name: string;
  timestamp: number;
  attributes: Attributes;
  data?: object;
}
type Send = (who: string, data: object, options: EventOptions) => Promise<string>;

/** The value of a variable that `mailwright serve --exec` sets. */
function variable(name: string): string {
  const value = process.env[`MAILWRIGHT_${name}`];
  if (value === undefined) throw new Error(`MAILWRIGHT_${name} is not set: run this by mailwright serve --exec`);
  return value;
}

/** `signed_up` as the name of its method. */
function methodOf(event: string): string {
  return event.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Let the workspace's time go on to a Unix second. */
async function moveClock(to: number): Promise<void> {
  const headers = { "X-Mailwright-Token": variable("ADMIN_TOKEN"), "Content-Type": "application/json" };
  const reply = await fetch(`${variable("URL")}/_clock`, { method: "POST", headers, body: JSON.stringify({ to }) });
  if (!reply.ok) throw new Error(`the workspace's clock does not move: ${reply.status}`);
}

/** Send every call of a log in its order; gives how many there were. */
async function replay(sender: Sender, path: string, isNow: boolean, withClock: boolean): Promise<number> {
  const methods = sender as unknown as Record<string, Send>;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const call = JSON.parse(line) as Call;
    if (withClock) await moveClock(call.timestamp);
    if (call.type === "identify") {
      await sender.identify(call.person, call.attributes);
    } else {
      const options: EventOptions = { eventId: call.id, ...(isNow ? {} : { at: call.timestamp }) };
      const send = methods[methodOf(call.name)];
      if (send === undefined) throw new Error(`no sender is generated for ${call.name}`);
      await send.call(sender, call.person, call.data ?? {}, options);
    }
    count += 1;
  }
  return count;
}

const [log, ...flags] = process.argv.slice(2);
if (log === undefined) throw new Error("which log?");
const client = new TrackClient(variable("SITE_ID"), variable("TRACK_KEY"), { url: `${variable("TRACK_URL")}/api/v1` });
console.log(`${await replay(new Sender(client), log, flags.includes("--now"), flags.includes("--clock"))} calls sent`);
