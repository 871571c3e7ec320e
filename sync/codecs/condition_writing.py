"""The condition tree → conditions of the wire, in the style of the place they go to.

What a place has no room for is refused by name, never left out: a plan turns it into work for a hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

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
    Not,
    Performed,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from sync.codecs.comparisons import NEGATABLE, as_tests
from sync.codecs.normal_form import conjuncts, normal
from sync.codecs.references import References, Unwritable

Json = dict[str, Any]
_TYPES = {
    Subject.PERSON: "attribute",
    Subject.EVENT: "event_attribute",
    Subject.OBJECT: "object_attribute",
    Subject.RELATIONSHIP: "relationship_attribute",
}


def writes_inverse_beside(tree: Any) -> bool:
    """Whether a tree that was read has its negations beside the wrapped object: the style is kept.

    Source: one note puts `inverse` inside `{"segment": {…}}`, segment trees put it beside.
    """
    if isinstance(tree, Mapping):
        wrapped = any(isinstance(tree.get(key), Mapping) for key in ("segment", "attribute", "event"))
        if wrapped and "inverse" in tree and "event" not in tree:
            return True
        return any(writes_inverse_beside(part) for part in tree.values())
    return isinstance(tree, list) and any(writes_inverse_beside(part) for part in tree)


@dataclass(frozen=True, slots=True)
class ConditionWriting:
    """Writes the conditions of one campaign or segment."""

    names: References
    campaign: str = ""
    inverse_beside: bool = False
    type_id: int | None = None  # the object type that object conditions ask

    def event_data(self, condition: Condition) -> Json | None:
        """Tests on the trigger event's own data: `attribute_filters`; None asks nothing.

        Raises: Unwritable.
        """
        found = normal(condition)
        return None if found == All() else _rooted(self._bare(found))

    def tree(self, condition: Condition) -> Json | None:
        """A tree of wrapped leaves: triggers of attribute and segment campaigns, segments; None asks nothing.

        Raises: Unwritable.
        """
        found = normal(condition)
        return None if found == All() else _rooted(self._wrapped(found))

    def flat(self, condition: Condition, *, waits: bool = False) -> list[Json]:
        """A flat list, every entry of which must hold: filters, branches and, with more kinds of entries, waits.

        Raises: Unwritable for a choice among conditions, which a flat list cannot say.
        """
        entries: list[Json] = []
        for part in conjuncts(normal(condition)):
            entries += self._entries(part, waits=waits)
        return entries

    def _bare(self, condition: Condition) -> Json:
        match condition:
            case All(parts=parts):
                return {"and": [self._bare(part) for part in parts]}
            case AnyOf(parts=parts) if parts:
                return {"or": [self._bare(part) for part in parts]}
            case Compare():
                return _bare_tests(condition, inverse=False)
            case Not(part=Compare() as leaf):
                return _bare_tests(leaf, inverse=True)
            case _:
                raise Unwritable(f"{_what(condition)} among the tests of an event's data")

    def _wrapped(self, condition: Condition, *, inverse: bool = False) -> Json:
        match condition:
            case All(parts=parts):
                return {"and": [self._wrapped(part) for part in parts]}
            case AnyOf(parts=parts) if parts:
                return {"or": [self._wrapped(part) for part in parts]}
            case Not(part=part) if not inverse:
                return self._wrapped(part, inverse=True)
            case Compare():
                return self._attribute(condition, inverse=inverse)
            case InSegment(segment=slug):
                return self._turned("segment", {"id": self.names.segment_id(slug)}, inverse=inverse)
            case Performed() | Changed():
                return self._event(condition, inverse=inverse)
            case _:
                raise Unwritable(f"{_what(condition)} in a tree of conditions")

    def _attribute(self, leaf: Compare, *, inverse: bool) -> Json:
        if leaf.subject not in _TYPES or leaf.subject is Subject.EVENT:
            raise Unwritable(f"a test of {leaf.subject.value} data in a tree of conditions")
        kind = _TYPES[leaf.subject]
        own = {"type_id": self.type_id} if self.type_id is not None and leaf.subject is not Subject.PERSON else {}
        nodes = []
        for test in as_tests(leaf):
            made = {**own, "field": leaf.path, **test}
            turned = inverse and made["operator"] in NEGATABLE
            if turned:
                made["operator"] = f"!{made['operator']}"
            nodes.append({kind: made} if turned or not inverse else self._turned(kind, made, inverse=True))
        if len(nodes) == 1:
            return nodes[0]
        return {"and" if inverse else "or": nodes}

    def _turned(self, key: str, inner: Json, *, inverse: bool) -> Json:
        if not inverse:
            return {key: inner}
        return {key: inner, "inverse": True} if self.inverse_beside else {key: {**inner, "inverse": True}}

    def _event(self, leaf: Performed | Changed, *, inverse: bool) -> Json:
        """Source: segments: `inverse`, `times` and `within` (seconds, 0 is ever) stand beside `event`."""
        if isinstance(leaf, Performed):
            filters = None if leaf.where is None else self._rooted_tests(leaf.where)
            body: Json = {"name": leaf.event, "type": leaf.type.value, "filters": filters or {"and": []}}
        else:
            filters = None if leaf.where is None else self._rooted_tests(leaf.where)
            body = {"name": leaf.attribute, "type": "attribute_change", "filters": filters or {"and": []}}
        within = int(leaf.within.total_seconds()) if leaf.within is not None else 0
        return {"event": body, "inverse": inverse, "times": leaf.times, "within": within}

    def _rooted_tests(self, where: Condition) -> Json | None:
        return None if where == All() else _rooted(_inner_tests(where))

    def _entries(self, condition: Condition, *, waits: bool) -> list[Json]:
        is_turned = isinstance(condition, Not)
        leaf = condition.part if isinstance(condition, Not) else condition
        match leaf:
            case Compare():
                return self._typed_tests(leaf, inverse=is_turned)
            case InSegment(segment=slug):
                number = self.names.segment_id(slug)
                return [{"type": "segments_negatable", "segments": [number], "negate": is_turned}]
            case Happens(event=event, where=None, type=EventType.EVENT) if waits and not is_turned:
                return [{"type": "foreign_event", "event": event}]
            case MessageIs(times=1, within=None) if waits:
                return [self._message(leaf, inverse=is_turned)]
            case AnyOf(parts=parts) if not is_turned and all(isinstance(part, InSegment) for part in parts) and parts:
                raise Unwritable("a choice among segments in a flat list of conditions")
            case _:
                raise Unwritable(f"{_what(condition)} in a flat list of conditions")

    def _typed_tests(self, leaf: Compare, *, inverse: bool) -> list[Json]:
        if leaf.subject not in _TYPES:
            raise Unwritable(f"a test of {leaf.subject.value} data in a flat list of conditions")
        tests = as_tests(leaf)
        if len(tests) > 1 and not inverse:
            raise Unwritable(f"a choice among values of '{leaf.path}' in a flat list of conditions")
        own = {"type_id": self.type_id} if self.type_id is not None and leaf.subject is not Subject.PERSON else {}
        found = []
        for test in tests:
            if inverse and test["operator"] not in NEGATABLE:
                raise Unwritable(f"the opposite of '{test['operator']}' in a flat list of conditions")
            operator = f"!{test['operator']}" if inverse else test["operator"]
            found.append({"type": _TYPES[leaf.subject], "field": leaf.path, **test, "operator": operator, **own})
        return found

    def _message(self, leaf: MessageIs, *, inverse: bool) -> Json:
        campaign = leaf.campaign or self.campaign
        action = self.names.action_id(campaign, leaf.step)
        channel = self.names.channels.get((campaign, leaf.step), "email")
        event = {"name": f"output_{action}", "type": f"{leaf.state.value}_{channel}"}
        return {"type": "message", "event": event, "inverse": inverse}


def _bare_tests(leaf: Compare, *, inverse: bool) -> Json:
    if leaf.subject is not Subject.DATA:
        raise Unwritable(f"a test of {leaf.subject.value} data among the tests of an event's data")
    nodes = []
    for test in as_tests(leaf):
        if inverse and test["operator"] not in NEGATABLE:
            raise Unwritable(f"the opposite of '{test['operator']}' among the tests of an event's data")
        operator = f"!{test['operator']}" if inverse else test["operator"]
        nodes.append({"field": leaf.path, **test, "operator": operator})
    if len(nodes) == 1:
        return nodes[0]
    return {"and" if inverse else "or": nodes}


def _inner_tests(where: Condition) -> Json:
    """Tests inside an event of a segment; each says whether it is turned round.

    Source: segments: filters on `to` and `from` with `inverse` on each.
    """
    match where:
        case All(parts=parts):
            return {"and": [_inner_tests(part) for part in parts]}
        case AnyOf(parts=parts) if parts:
            return {"or": [_inner_tests(part) for part in parts]}
        case Not(part=Compare() as leaf):
            return _inner_leaf(leaf, inverse=True)
        case Compare():
            return _inner_leaf(where, inverse=False)
        case _:
            raise Unwritable(f"{_what(where)} among the tests of an event's data")


def _inner_leaf(leaf: Compare, *, inverse: bool) -> Json:
    field = leaf.subject.value if leaf.subject in (Subject.TO, Subject.FROM) else leaf.path
    nodes = [{"field": field, "inverse": inverse, **test} for test in as_tests(leaf)]
    if len(nodes) == 1:
        return nodes[0]
    return {"and" if inverse else "or": nodes}


def _rooted(node: Json) -> Json:
    """A tree whose root is a group, as the UI writes it."""
    return node if "and" in node else {"and": [node]}


def _what(condition: Condition) -> str:
    match condition:
        case All() | AnyOf():
            return "a choice among conditions"
        case Not(part=part):
            return f"the opposite of {_what(part)}"
        case Compare(operator=operator):
            return f"the test '{operator.value}'"
        case CompareFields():
            return "a comparison of two fields"
        case InSegment():
            return "a segment"
        case Performed():
            return "whether an event was performed"
        case Changed():
            return "a change of an attribute"
        case Happens():
            return "an event that happens from then on"
        case MessageIs():
            return "what became of a message"
        case Unclaimed():
            return "what no other campaign claims"
        case _:
            assert_never(condition)
