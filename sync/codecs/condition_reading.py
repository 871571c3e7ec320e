"""Conditions of the wire → the condition tree, whatever place they stood in.

Three styles are in use: bare leaves (tests on an event's own data), wrapped leaves (`{"attribute": {…}}`: triggers,
segments) and typed leaves (`{"type": "attribute", …}`: filters, branches, waits). A negation stands inside the wrapped
object or beside it, depending on who wrote it: both are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mailwright.definitions.conditions import (
    All,
    Changed,
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
from sync.codecs.comparisons import comparison
from sync.codecs.normal_form import normal
from sync.codecs.references import References, Unreadable

Node = Mapping[str, Any]
SUBJECTS = {
    "attribute": Subject.PERSON,
    "event_attribute": Subject.EVENT,
    "object_attribute": Subject.OBJECT,
    "relationship_attribute": Subject.RELATIONSHIP,
}
SIDES = {
    "profile_field": Subject.PERSON,
    "trigger_event_field": Subject.EVENT,
    "event_field": Subject.DATA,
    "object_field": Subject.OBJECT,
    "relationship_field": Subject.RELATIONSHIP,
}
"""The keys of a comparison of two fields, by whose field they name. Assumed: only that there is such a node is known.
"""
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class ConditionReading:
    """Reads the conditions of one campaign or segment; *bare* is whose data a bare leaf asks."""

    names: References
    campaign: str = ""
    bare: Subject = Subject.DATA

    def tree(self, node: Any) -> Condition:
        """The condition of a tree, in its normal form; null and `{}` ask nothing.

        Raises: Unreadable when it asks what no author can.
        """
        if node in (None, {}, []):
            return All()
        return normal(self._node(node, 0))

    def flat(self, entries: Any) -> Condition:
        """The condition of a flat list, in its normal form: every entry must hold.

        Source: UI API notes. Assumed: that they are joined by "and".
        Raises: Unreadable.
        """
        if entries in (None, {}):
            return All()
        if isinstance(entries, Mapping):
            return self.tree(entries)
        return normal(All(self._all(entries, 0)))

    def _all(self, nodes: Any, depth: int) -> tuple[Condition, ...]:
        if not isinstance(nodes, list):
            raise Unreadable("a group of conditions that is no list")
        return tuple(self._node(node, depth + 1) for node in nodes)

    def _node(self, node: Any, depth: int) -> Condition:
        if not isinstance(node, Mapping) or depth > _DEEPEST:
            raise Unreadable("a condition that is no object" if depth <= _DEEPEST else "conditions nested too deeply")
        for key, kind in (("and", All), ("or", AnyOf)):
            if key in node:
                return _turned(kind(self._all(node[key], depth)), node)
        if "type" in node and isinstance(node["type"], str) and node["type"] != "event":
            return self._typed(node["type"], node)
        if "field" in node:
            return comparison(self._bare_subject(node), node)
        return self._wrapped(node)

    def _bare_subject(self, node: Node) -> Subject:
        return self.bare

    def _typed(self, kind: str, node: Node) -> Condition:
        if kind in SUBJECTS:
            return comparison(SUBJECTS[kind], node)
        match kind:
            case "segments_negatable":
                return self._segments(node)
            case "foreign_event":
                return _turned(self._happens(node), node)
            case "message":
                return _turned(self._message(node), node)
            case "attribute_compare":
                return _turned(_compared(node), node)
            case _:
                raise Unreadable(f"a condition of the type '{kind}'")

    def _wrapped(self, node: Node) -> Condition:
        for key, subject in SUBJECTS.items():
            if isinstance(node.get(key), Mapping):
                return _turned(comparison(subject, node[key]), node)
        match node:
            case {"segment": {"id": number} as inner}:
                return _turned(_turned(InSegment(self.names.segment_slug(number)), inner), node)
            case {"event": Mapping() as event}:
                return _turned(_turned(self._event(event, node), event), node)
            case {"message": Mapping() as message}:
                return _turned(_turned(self._message(message), message), node)
            case {"attribute_compare": Mapping() as pair}:
                return _turned(_turned(_compared(pair), pair), node)
            case {"foreign_event": Mapping() as event}:
                return _turned(_turned(self._happens(event), event), node)
            case _:
                known = ", ".join(sorted(map(str, node)))[:80] or "nothing"
                raise Unreadable(f"a condition made of {known}")

    def _segments(self, node: Node) -> Condition:
        """Assumed: one entry that names several segments asks for any of them."""
        numbers = node.get("segments")
        if not isinstance(numbers, list) or not numbers:
            raise Unreadable("a segment condition without segments")
        found = AnyOf(tuple(InSegment(self.names.segment_slug(number)) for number in numbers))
        return _turned(Not(found) if node.get("negate") is True else found, node)

    def _event(self, event: Node, node: Node) -> Condition:
        """Units: `within` is seconds, 0 is ever (semantics R105)."""
        name, kind = event.get("name"), event.get("type", "event")
        if not isinstance(name, str):
            raise Unreadable("an event condition without a name")
        times = _whole(node.get("times", event.get("times", 1))) or 1
        seconds = _whole(node.get("within", event.get("within", 0)))
        within = timedelta(seconds=seconds) if seconds else None
        filters = event.get("filters")
        if kind == "attribute_change":
            return Changed(name, self._sides(filters), times, within)
        if kind not in [one.value for one in EventType]:
            raise Unreadable(f"an event condition of the type '{kind}'")
        return Performed(name, times, within, self._inner(filters), EventType(kind))

    def _inner(self, filters: Any) -> Condition | None:
        found = ConditionReading(self.names, self.campaign, Subject.DATA).tree(filters)
        return None if found == All() else found

    def _sides(self, filters: Any) -> Condition | None:
        found = _Sides(self.names, self.campaign).tree(filters)
        return None if found == All() else found

    def _happens(self, node: Node) -> Condition:
        event = node.get("event")
        if not isinstance(event, str):
            raise Unreadable("an event to wait for without a name")
        kind = node.get("event_type", "event")
        if kind not in [one.value for one in EventType]:
            raise Unreadable(f"an event to wait for of the type '{kind}'")
        return Happens(event, self._inner(node.get("filters")), EventType(kind))

    def _message(self, node: Node) -> Condition:
        event = node.get("event")
        if not isinstance(event, Mapping):
            raise Unreadable("a message condition without its message")
        state, _, _ = str(event.get("type", "")).partition("_")
        if state not in [one.value for one in MessageState]:
            raise Unreadable(f"a message condition of the type '{event.get('type')}'")
        campaign, step = self.names.step_of(str(event.get("name", "")).removeprefix("output_"))
        seconds = _whole(node.get("within", 0))
        return MessageIs(
            step,
            MessageState(state),
            None if campaign == self.campaign else campaign,
            _whole(node.get("times", 1)) or 1,
            timedelta(seconds=seconds) if seconds else None,
        )


class _Sides(ConditionReading):
    """Reads the tests of a change: their field says which of the two values is asked."""

    def _bare_subject(self, node: Node) -> Subject:
        try:
            return {"to": Subject.TO, "from": Subject.FROM}[str(node.get("field"))]
        except KeyError:
            raise Unreadable(f"a test of the field '{node.get('field')}' of a change") from None


def _compared(node: Node) -> Condition:
    found = [(SIDES[key.removeprefix("other_")], str(path)) for key, path in node.items() if _is_side(key)]
    name = str(node.get("operator", ""))
    if len(found) != 2 or name.removeprefix("!") != "eq":
        raise Unreadable("a comparison of two fields")
    (left, left_path), (right, right_path) = found
    same = CompareFields(left, left_path, Operator.EQUALS, right, right_path)
    return Not(same) if name.startswith("!") else same


def _is_side(key: str) -> bool:
    return key.removeprefix("other_") in SIDES


def _turned(condition: Condition, node: Node) -> Condition:
    return Not(condition) if node.get("inverse") is True else condition


def _whole(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        raise Unreadable("a count that is no number") from None


def both(conditions: Iterable[Condition]) -> Condition:
    """All of these, in the normal form."""
    return normal(All(tuple(conditions)))
