"""Decoders for the three shapes that fast reading knows, made for just the properties that a project reads.

Each turns one line into a `Track` or an `Identify` with the same field names, whatever the shape calls them. They
accept less than the general readers and nothing else: what is out of the ordinary does not fit, and goes the general
way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import Meta

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.stamps import SECONDS_END, AwareTime, floor_seconds
from simulator.history.wanted import ENVELOPE, Properties, Wanted

# No value fits: a record that has such a field is none of these.
Never = Annotated[int, Meta(gt=0, lt=0)]
Some = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[int, Meta(gt=-SECONDS_END, lt=SECONDS_END)]
# Values that 64 bits hold, to a depth that data has; deeper and larger ones are looked at by the general reader.
Scalar = bool | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | float | str | None
Flat = Scalar | list[Scalar] | dict[str, Scalar]
Value = Scalar | list[Scalar | list[Flat] | dict[str, Flat]] | dict[str, Scalar | list[Flat] | dict[str, Flat]]

Fields = Mapping[str, Any]  # our field name → its type, or (type, the shape's name for it[, default])
REFUSED_ATTRIBUTES = frozenset(("_timestamp", "_update", "cio_relationships", "anonymous_id"))
REFUSED_DATA = ENVELOPE
_ID, _EMAIL = IdType.ID, IdType.EMAIL
_EXCHANGE = ("method", "request")
_WRAPPED = (*_EXCHANGE, "person", "batch", "activities", "messages")


Maker = Callable[[Any, int, CallKind, str, dict[str, Any]], Call]  # head, line, kind, name, data
Decode = Callable[[Any], dict[str, Any]]
Place = tuple[str, int | None]  # the person's identifier, and the receipt or, without one, the event's own time


class DoesNotFit(Exception):
    """The head is well-formed, and the record still is the general reader's."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One fast shape: where its fields stand, and what makes a call of them."""

    name: str
    tag_field: str
    track_tag: str
    rest_tags: tuple[str, ...]  # kinds of record that are well-formed here and go the general way
    fields: Fields  # of both kinds
    track: Fields
    identify: Fields
    never: tuple[str, ...]
    call: Maker
    place: Callable[[Any], Place]
    data: tuple[str, ...] = ("attributes",)  # where an event's data stands; a record with the others does not fit
    attributes: tuple[str, ...] = ("attributes",)  # where a person's attributes stand, likewise


def _never_fields(names: Sequence[str]) -> list[Any]:
    return [(f"never{at}", Never, msgspec.field(name=name, default=0)) for at, name in enumerate(names)]


def _identifiers(named: str, *others: str) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        "Identifiers", [("named", Some, msgspec.field(name=named)), *_never_fields(others)], gc=False
    )


def _simple_call(head: Any, line: int, kind: CallKind, name: str, data: dict[str, Any]) -> Call:
    return Call(line, kind, head.person, _ID, name, data, head.at, head.timestamp, head.id)


def _id_call(head: Any, line: int, kind: CallKind, name: str, data: dict[str, Any]) -> Call:
    return Call(line, kind, head.who.named, _ID, name, data, head.at, head.timestamp, head.id)


def _spec_place(head: Any) -> Place:
    return head.person, floor_seconds(head.timestamp if head.at is None else head.at)


def _simple_place(head: Any) -> Place:
    return head.person, head.timestamp if head.at is None else head.at


def _v2_place(head: Any) -> Place:
    return head.who.named, head.timestamp if head.at is None else head.at


def _email_call(head: Any, line: int, kind: CallKind, name: str, data: dict[str, Any]) -> Call:
    return Call(line, kind, head.who.named, _EMAIL, name, data, head.at, head.timestamp, head.id)


def _spec_call(head: Any, line: int, kind: CallKind, name: str, data: dict[str, Any]) -> Call:
    at = None if head.at is None else floor_seconds(head.at)
    return Call(line, kind, head.person, _ID, name, data, at, floor_seconds(head.timestamp), head.id, head.anonymous)


class _Context(msgspec.Struct, gc=False):
    traits: Never = 0


_STAMPS: Fields = {"at": (Seconds | None, "at", None), "timestamp": (Seconds | None, "timestamp", None)}
_OURS: Fields = {"person": (Some, "person"), "id": (Some | None, "id", None), **_STAMPS}
_V2_ACTIONS = ("page", "screen", "delete", "suppress", "unsuppress", "merge", "add_device", "delete_device",
               "add_relationships", "delete_relationships")  # fmt: skip

SIMPLE = Shape(
    name="simple",
    tag_field="type",
    track_tag="track",
    rest_tags=tuple(kind.value for kind in CallKind if kind is not CallKind.IDENTIFY),
    fields=_OURS,
    track={"name": (Some, "name")},
    identify={},
    never=(
        *_EXCHANGE,
        "received_at",
        "receivedAt",
        "id_type",
        "anonymous_id",
        "other",
        "other_type",
        "cio_relationships",
    ),
    call=_simple_call,
    place=_simple_place,
    data=("data", "attributes"),
    attributes=("attributes", "data"),
)


def _v2(named: str, call: Maker, *others: str) -> Shape:
    identifiers = _identifiers(named, *others, "anonymous_id")
    return Shape(
        name=f"v2 by {named}",
        tag_field="action",
        track_tag="event",
        rest_tags=_V2_ACTIONS,
        fields={
            "type": (Literal["person"], "type"),
            "who": (identifiers, "identifiers"),
            "id": (Some | None, "id", None),
            **_STAMPS,
        },
        track={"name": (Some, "name")},
        identify={},
        never=(*_WRAPPED, "received_at", "receivedAt", "anonymous_id", "cio_relationships"),
        call=call,
        place=_v2_place,
    )


SPEC = Shape(
    name="Segment specification",
    tag_field="type",
    track_tag="track",
    rest_tags=("page", "screen", "alias", "group"),
    fields={
        "person": (Some, "userId"),
        "id": (Some | None, "messageId", None),
        "timestamp": (AwareTime, "timestamp"),
        "at": (AwareTime | None, "receivedAt", None),
        "anonymous": (Some | None, "anonymousId", None),
    },
    track={"name": (Some, "event")},
    identify={"context": (_Context | None, "context", None)},
    never=(
        *_WRAPPED,
        "message_id",
        "anonymous_id",
        "received_at",
        "at",
        "cio_relationships",
        "action",
        "metric",
        "event_type",
        "attribute_name",
        "customer_identifiers",
        "delivery_type",
    ),
    call=_spec_call,
    place=_spec_place,
    data=("properties",),
    attributes=("traits",),
)
SHAPES = (SIMPLE, _v2("id", _id_call), SPEC, _v2("email", _email_call, "id"))


class Track(msgspec.Struct, gc=False):
    """An event; each shape's decoder makes its own kind of it."""


class Identify(msgspec.Struct, gc=False):
    """An identify; each shape's decoder makes its own kind of it."""


class Rest(msgspec.Struct, gc=False):
    """A record of the shape that is neither: the general reader's."""


@dataclass(frozen=True, slots=True)
class Heads:
    """One shape's decoder, and what it makes. An event's data stays bytes: most events are nobody's business."""

    shape: Shape
    decode: Callable[[bytes], Any]
    track: type[Track]
    identify: type[Identify]


def heads_of(shape: Shape, wanted: Wanted) -> Heads:
    """The decoder of *shape* for what is *wanted*."""
    return _heads(shape, msgspec.Raw, values_kind(wanted.of_person(), REFUSED_ATTRIBUTES))


def _heads(shape: Shape, data: Any, attributes: Any) -> Heads:
    track = _struct("Track", Track, shape, shape.track_tag, shape.track, shape.data, data)
    identify = _struct("Identify", Identify, shape, "identify", shape.identify, shape.attributes, attributes)
    either: Any = track | identify
    for tag in shape.rest_tags:
        either |= msgspec.defstruct("Rest", [], bases=(Rest,), tag_field=shape.tag_field, tag=tag, gc=False)
    return Heads(shape, msgspec.json.Decoder(either).decode, track, identify)


def flat_heads_of(shape: Shape, properties: Sequence[str]) -> Heads:
    """The decoder of *shape* that reads a line in one go: of an event's data it gives *properties*.

    They are its attributes `p0`, `p1` and so on.
    What is missing is None, like null; every other property, a person's attributes and ids of events are passed over.
    """
    fields = [(f"p{at}", Value, msgspec.field(name=name, default=None)) for at, name in enumerate(properties)]
    data = msgspec.defstruct("Data", [*fields, *_never_fields(sorted(REFUSED_DATA.difference(properties)))], gc=False)
    passed = msgspec.defstruct("Passed", [], gc=False)
    fields_but_id = {name: field for name, field in shape.fields.items() if name != "id"}
    return _heads(replace(shape, fields=fields_but_id), data, passed)


def values_kind(keep: Properties, refused: frozenset[str]) -> Any:
    """The type of an object of which *keep* is taken; unless that is all, one with any of *refused* does not fit."""
    if keep is None:
        return dict[str, Value]
    fields: dict[str, Any] = dict.fromkeys(sorted(keep - refused), Value) | dict.fromkeys(sorted(refused), Never)
    return TypedDict("Values", fields, total=False)  # type: ignore[operator]  # made for the names at hand


def data_decoder(keep: Properties) -> Decode:
    """What decodes the data of an event of which *keep* is read.

    Raises: DoesNotFit, or what msgspec raises, for data that the general reader must see.
    """
    decode: Decode = msgspec.json.Decoder(values_kind(keep, REFUSED_DATA)).decode
    return decode if keep is not None else lambda raw: without_refused(decode(raw), REFUSED_DATA)


def without_refused(data: dict[str, Any], refused: frozenset[str]) -> dict[str, Any]:
    """*data*, where it holds nothing that may change the call.

    Raises: DoesNotFit where it does.
    """
    if refused.isdisjoint(data):
        return data
    raise DoesNotFit


def _struct(name: str, base: type[Any], shape: Shape, tag: str, own: Fields, data: tuple[str, ...], values: Any) -> Any:
    needed: list[Any] = []
    optional: list[Any] = []
    for key, (kind, theirs, *default) in {**shape.fields, **own}.items():
        if default:
            optional.append((key, kind, msgspec.field(name=theirs, default=default[0])))
        else:
            needed.append((key, kind, msgspec.field(name=theirs)))
    empty: dict[str, Any] = {"default": msgspec.Raw(b"{}")}
    if values is not msgspec.Raw:
        is_struct = isinstance(values, type) and issubclass(values, msgspec.Struct)
        empty = {"default_factory": values if is_struct else dict}
    optional.append(("data", values, msgspec.field(name=data[0], **empty)))
    fields = [*needed, *optional, *_never_fields((*shape.never, *data[1:]))]
    return msgspec.defstruct(name, fields, bases=(base,), tag_field=shape.tag_field, tag=tag, gc=False)
