"""Stored conditions as definitions: trees and flat lists, leaves in any of their three styles.

Read as a client may have written them: `inverse` inside a leaf or beside it, `and`, `or` and `not` anywhere, a group in
a flat list. A leaf that means nothing to us makes the whole condition unreadable, and the caller says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import (
    All,
    Changed,
    Compare,
    CompareFields,
    Condition,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Not,
    Operator,
    Performed,
    Subject,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.workspace.content.condition_writing import SIDES
from simulator.workspace.content.leaves import Unreadable, read_test

if TYPE_CHECKING:
    from simulator.workspace.content.names import Names

_SUBJECTS = {
    "attribute": Subject.PERSON,
    "event_attribute": Subject.EVENT,
    "object_attribute": Subject.OBJECT,
    "relationship_attribute": Subject.RELATIONSHIP,
}
_DEEPEST = 60


@dataclass(slots=True)
class ConditionReading:
    """Reads the conditions of one place; *bare* is whose data a leaf without a subject reads."""

    names: Names
    bare: Subject = Subject.DATA

    def tree(self, node: Any) -> Condition:
        """A tree as a condition; nothing asks nothing.

        Raises: Unreadable.
        """
        if node is None or node == {}:
            return All()
        if isinstance(node, list):
            # Source: a list at the top level is an error (semantics R5); where one is stored, all of it must hold.
            return self.flat(node)
        return self._node(node, 0)

    def flat(self, nodes: Any) -> Condition:
        """A flat list: everything in it must hold (assumed, semantics R69).

        Raises: Unreadable.
        """
        if not isinstance(nodes, list):
            return self.tree(nodes)
        parts = tuple(self._node(node, 0) for node in nodes)
        return parts[0] if len(parts) == 1 else All(parts)

    def _node(self, node: Any, depth: int) -> Condition:
        if not isinstance(node, Mapping) or depth > _DEEPEST:
            raise Unreadable("a condition that is no object" if depth <= _DEEPEST else "conditions nested too deeply")
        found = self._positive(node, depth)
        return Not(found) if node.get("inverse") is True else found

    def _positive(self, node: Mapping[str, Any], depth: int) -> Condition:
        for kind in ("and", "or"):
            if isinstance(node.get(kind), list):
                parts = tuple(self._node(part, depth + 1) for part in node[kind])
                return _joined(kind, parts)
        if "not" in node:
            return Not(self._node(node["not"], depth + 1))
        if isinstance(node.get("type"), str):
            return self._typed(node)
        return self._wrapped(node)

    def _typed(self, node: Mapping[str, Any]) -> Condition:
        kind = node["type"]
        match kind:
            case _ if kind in _SUBJECTS:
                return read_test(_SUBJECTS[kind], node)
            case "segments_negatable":
                segments = node.get("segments")
                asked = tuple(map(self._in_segment, segments if isinstance(segments, list) else ()))
                # Assumed: of several in one entry one is enough.
                found = asked[0] if len(asked) == 1 else AnyOf(asked)
                return Not(found) if node.get("negate") else found
            case "segment":
                return self._in_segment(node.get("id"))
            case "foreign_event":
                return self._foreign(node)
            case "message":
                return self._message(node)
            case "event":
                return self._event(node)
            case "attribute_compare":
                return _compared(node)
            case "device_attribute":
                raise Unreadable("a condition on a device")
            case _:
                raise Unreadable(f"a condition of the type {kind!r}")

    def _wrapped(self, node: Mapping[str, Any]) -> Condition:
        for kind, subject in _SUBJECTS.items():
            inner = node.get(kind)
            if isinstance(inner, Mapping):
                return _turned(read_test(subject, inner), inner)
        if isinstance(node.get("segment"), Mapping):
            return _turned(self._in_segment(node["segment"].get("id")), node["segment"])
        if isinstance(node.get("attribute_compare"), Mapping):
            return _turned(_compared(node["attribute_compare"]), node["attribute_compare"])
        if isinstance(node.get("foreign_event"), Mapping):
            return _turned(self._foreign(node["foreign_event"]), node["foreign_event"])
        if isinstance(node.get("message"), Mapping):
            return _turned(self._message(node["message"]), node["message"])
        if isinstance(node.get("event"), Mapping):
            return self._event(node)
        if "field" in node or "operator" in node:
            return self._bare(node)
        raise Unreadable(f"a condition with {', '.join(sorted(node)[:4]) or 'nothing in it'}")

    def _bare(self, node: Mapping[str, Any]) -> Condition:
        field = node.get("field")
        if self.bare is Subject.TO and field in ("to", "from"):
            found = read_test(Subject(field), node)
            return _without_path(found)
        return read_test(self.bare, node)

    def _in_segment(self, number: Any) -> Condition:
        slug = self.names.segment(number)
        # Nobody is in a segment that is not there.
        return AnyOf() if slug is None else InSegment(slug)

    def _event(self, node: Mapping[str, Any]) -> Condition:
        event = node["event"]
        if not isinstance(event, Mapping) or not isinstance(event.get("name"), str):
            raise Unreadable("an event without a name")
        # What stands beside the event may also stand inside it.
        beside = {**event, **node}
        times, within = _count(beside.get("times"), 1), _count(beside.get("within"), 0)
        span = timedelta(seconds=within) if within else None
        found: Condition
        if event.get("type") == "attribute_change":
            inner = ConditionReading(self.names, Subject.TO).tree(event.get("filters"))
            found = Changed(event["name"], None if inner == All() else inner, times, span)
        else:
            inner = ConditionReading(self.names, Subject.DATA).tree(event.get("filters"))
            kind = _event_type(event.get("type"))
            found = Performed(event["name"], times, span, None if inner == All() else inner, kind)
        return Not(found) if event.get("inverse") is True and "inverse" not in node else found

    def _foreign(self, node: Mapping[str, Any]) -> Condition:
        event = node.get("event")
        name = event.get("name") if isinstance(event, Mapping) else event
        if not isinstance(name, str):
            raise Unreadable("a wait for an event without a name")
        filters = node.get("filters", event.get("filters") if isinstance(event, Mapping) else None)
        inner = ConditionReading(self.names, Subject.DATA).tree(filters)
        return Happens(name, None if inner == All() else inner, _event_type(node.get("event_type")))

    def _message(self, node: Mapping[str, Any]) -> Condition:
        event = node.get("event")
        if not isinstance(event, Mapping):
            raise Unreadable("a condition on a message that names none")
        state = str(event.get("type", "")).split("_")[0]
        if state not in set(MessageState):
            raise Unreadable(f"what became of a message: {event.get('type')!r}")
        found = self.names.step(str(event.get("name", "")).removeprefix("output_"))
        if found is None:
            return AnyOf()
        within = _count(node.get("within"), 0)
        span = timedelta(seconds=within) if within else None
        return MessageIs(found[1], MessageState(state), found[0], _count(node.get("times"), 1), span)


def _turned(found: Condition, inner: Mapping[str, Any]) -> Condition:
    return Not(found) if inner.get("inverse") is True else found


def _joined(kind: str, parts: tuple[Condition, ...]) -> Condition:
    """The parts as one condition; a choice among constants of one field is one comparison with several values."""
    if len(parts) == 1:
        return parts[0]
    if kind == "and":
        return All(parts)
    first = parts[0] if parts else None
    if isinstance(first, Compare) and first.operator in (Operator.EQUALS, Operator.CONTAINS):
        alike = [
            part
            for part in parts
            if isinstance(part, Compare)
            and (part.subject, part.path, part.operator) == (first.subject, first.path, first.operator)
        ]
        if len(alike) == len(parts):
            values = tuple(value for part in alike for value in part.values)
            return Compare(first.subject, first.path, first.operator, values)
    return AnyOf(parts)


def _without_path(found: Condition) -> Condition:
    match found:
        case Not(part=part):
            return Not(_without_path(part))
        case All(parts=parts):
            return All(tuple(map(_without_path, parts)))
        case Compare(subject=subject, operator=operator, values=values):
            return Compare(subject, "", operator, values)
        case _:
            return found


def _compared(node: Mapping[str, Any]) -> Condition:
    sides = [
        (SIDES[name.removeprefix("other_")], path)
        for name, path in node.items()
        if name.removeprefix("other_") in SIDES and isinstance(path, str)
    ]
    if len(sides) != 2:
        raise Unreadable("a comparison of two fields that does not name both")
    operator = str(node.get("operator", "eq"))
    test = read_test(Subject.DATA, {"field": "x", "operator": operator.removeprefix("!"), "value": "0", "value2": "0"})
    if not isinstance(test, Compare):
        raise Unreadable(f"two fields compared by {operator!r}")
    (left, left_path), (right, right_path) = sides
    found = CompareFields(left, left_path, test.operator, right, right_path)
    return Not(found) if operator.startswith("!") else found


def _count(value: Any, otherwise: int) -> int:
    try:
        return int(value) if value is not None and not isinstance(value, bool) else otherwise
    except (TypeError, ValueError):
        return otherwise


def _event_type(value: Any) -> EventType:
    return EventType(value) if value in set(EventType) else EventType.EVENT
