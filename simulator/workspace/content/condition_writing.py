"""Conditions as the wire writes them: trees of bare leaves, trees of wrapped leaves, flat lists of typed leaves.

Source: wire reference, "Encoding" and "Segments". What no place of the reference can hold (a choice within a flat list,
how often an event happened in a branch) is written in the same style and said in the findings: a workspace may hold
such conditions, made by hand, but no source shows how they travel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

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
    Operator,
    Performed,
    Subject,
    Unclaimed,
)
from mailwright.definitions.conditions import Any as AnyOf
from simulator.workspace.content.leaves import NEGATABLE, UNWRITTEN, value_as_text, written_test

if TYPE_CHECKING:
    from simulator.workspace.content.findings import Findings
    from simulator.workspace.content.numbers import Numbers

Json = dict[str, Any]


class Style(StrEnum):
    """How the leaves of one place look."""

    BARE = "bare"  # {"field", "operator", "value"}: tests on an event's own data
    WRAPPED = "wrapped"  # {"attribute": {…}}: triggers and segments
    TYPED = "typed"  # {"type": "attribute", …}: filters, branches, waits


_TYPES = {
    Subject.PERSON: "attribute",
    Subject.EVENT: "event_attribute",
    Subject.DATA: "event_attribute",
    Subject.OBJECT: "object_attribute",
    Subject.RELATIONSHIP: "relationship_attribute",
}
_SIDES = {
    Subject.PERSON: "profile_field",
    Subject.EVENT: "trigger_event_field",
    Subject.DATA: "event_field",
    Subject.OBJECT: "object_field",
    Subject.RELATIONSHIP: "relationship_field",
    Subject.TO: "to_field",
    Subject.FROM: "from_field",
}
SIDES = {name: subject for subject, name in _SIDES.items()}
"""The keys of an `attribute_compare` node, by whose field they name."""

_GROUPED = "a choice among conditions"


def simplified(condition: Condition) -> Condition:
    """The same condition with nested groups of one kind made one, and lists taken for what no campaign claims.

    What stands under a `Not` stays as it is, since the negation of a performed event asks more than its opposite.
    """
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            kind = type(condition)
            flat: list[Condition] = []
            for part in map(simplified, parts):
                flat += part.parts if isinstance(part, kind) else (part,)
            flat = [part for part in flat if part != All()] if isinstance(condition, All) else flat
            return flat[0] if len(flat) == 1 else kind(tuple(flat))
        case Unclaimed(subject=subject, path=path, claimed=claimed):
            return Not(Compare(subject, path, Operator.EQUALS, claimed)) if claimed else All()
        case _:
            return condition


@dataclass(slots=True)
class ConditionWriting:
    """Writes the conditions of one place."""

    numbers: Numbers
    findings: Findings
    where: str
    campaign: str = ""  # whose steps a condition on a message means
    type_id: int | None = None  # the object type that object conditions ask
    holds: frozenset[type] = frozenset()  # the clauses beside attributes and segments that the reference has here

    def tree(self, condition: Condition, style: Style) -> Json | None:
        """The condition as a tree; None where it asks nothing."""
        condition = simplified(condition)
        if condition == All():
            return None
        node = self._node(condition, style)
        return node if "and" in node and "inverse" not in node else {"and": [node]}

    def flat(self, condition: Condition) -> list[Json]:
        """The condition as a list of typed leaves, all of which must hold."""
        condition = simplified(condition)
        parts = condition.parts if isinstance(condition, All) else (condition,)
        found: list[Json] = []
        for part in parts:
            node = self._node(part, Style.TYPED)
            # `none of` is a list by itself, as everything in a flat list must hold.
            found += node["and"] if node.get("type") == "group" and "and" in node and "inverse" not in node else [node]
        return found

    def _node(self, condition: Condition, style: Style, *, inverse: bool = False) -> Json:
        match condition:
            case Not(part=part) if not inverse:
                return self._node(part, style, inverse=True)
            case Not(part=part):
                return self._group("and", [self._node(Not(part), style)], style, inverse=True)
            case All(parts=parts):
                return self._group("and", [self._node(part, style) for part in parts], style, inverse=inverse)
            case AnyOf(parts=parts):
                return self._group("or", [self._node(part, style) for part in parts], style, inverse=inverse)
            case Compare():
                return self._compare(condition, style, inverse=inverse)
            case Unclaimed(subject=subject, path=path, claimed=claimed):
                taken = Compare(subject, path, Operator.EQUALS, claimed)
                return self._compare(taken, style, inverse=not inverse)
            case CompareFields():
                return self._typed(_compared(condition), "attribute_compare", style, inverse=inverse)
            case InSegment(segment=slug):
                return self._segment(self.numbers.segment(slug), style, inverse=inverse)
            case Performed():
                return self._event(condition, style, inverse=inverse)
            case Changed():
                return self._change(condition, style, inverse=inverse)
            case Happens():
                return self._foreign(condition, style, inverse=inverse)
            case MessageIs():
                return self._message(condition, style, inverse=inverse)
            case _:
                assert_never(condition)

    def _group(self, kind: str, parts: list[Json], style: Style, *, inverse: bool) -> Json:
        node: Json = {kind: parts}
        if style is Style.TYPED:
            if kind == "or" or inverse:
                self._say(_GROUPED)
            node = {"type": "group", **node}
        return {**node, "inverse": True} if inverse else node

    def _say(self, what: str) -> None:
        self.findings.say(self.where, what, "stored in a form that no source shows, and no client could write")

    def _compare(self, leaf: Compare, style: Style, *, inverse: bool) -> Json:
        nodes = []
        for test in written_test(leaf):
            operator = test["operator"]
            if operator in UNWRITTEN:
                self._say(f"the operator {operator}")
            turned = inverse and operator in NEGATABLE
            made: Json = {"field": _field(leaf), **test}
            if turned:
                made["operator"] = f"!{operator}"
            if leaf.subject in (Subject.OBJECT, Subject.RELATIONSHIP):
                made = {"type_id": self.type_id, **made}
            nodes.append(self._leaf(made, leaf.subject, style, inverse=inverse and not turned))
        if len(nodes) == 1:
            return nodes[0]
        if inverse and nodes:
            return {"type": "group", "and": nodes} if style is Style.TYPED else {"and": nodes}
        return self._group("or", nodes, style, inverse=inverse)

    def _leaf(self, made: Json, subject: Subject, style: Style, *, inverse: bool) -> Json:
        if inverse:
            made = {**made, "inverse": True}
        if style is Style.TYPED:
            return {"type": _TYPES[subject], **made}
        if style is Style.WRAPPED or subject not in (Subject.DATA, Subject.TO, Subject.FROM):
            return {_TYPES[subject]: made}
        return made

    def _typed(self, body: Json, kind: str, style: Style, *, inverse: bool) -> Json:
        made = {**body, "inverse": True} if inverse else body
        return {"type": kind, **made} if style is Style.TYPED else {kind: made}

    def _segment(self, number: int, style: Style, *, inverse: bool) -> Json:
        if style is Style.TYPED:
            return {"type": "segments_negatable", "segments": [number], "negate": inverse}
        return {"segment": {"id": number, "inverse": True} if inverse else {"id": number}}

    def _event(self, leaf: Performed, style: Style, *, inverse: bool) -> Json:
        self._may_hold(Performed, style, "how often an event happened")
        body = {"name": leaf.event, "type": leaf.type.value, "filters": self._inner(leaf.where)}
        return self._counted(body, leaf, style, inverse=inverse)

    def _change(self, leaf: Changed, style: Style, *, inverse: bool) -> Json:
        self._may_hold(Changed, style, "a change of an attribute")
        body = {"name": leaf.attribute, "type": "attribute_change", "filters": self._inner(leaf.where)}
        return self._counted(body, leaf, style, inverse=inverse)

    def _counted(self, body: Json, leaf: Performed | Changed, style: Style, *, inverse: bool) -> Json:
        """Source: `inverse`, `times` and `within` (seconds, 0 is ever) stand beside `event` (semantics R105)."""
        within = int(leaf.within.total_seconds()) if leaf.within is not None else 0
        made: Json = {"event": body, "inverse": inverse, "times": leaf.times, "within": within}
        return {"type": "event", **made} if style is Style.TYPED else made

    def _may_hold(self, kind: type, style: Style, what: str) -> None:
        if style is Style.TYPED and kind not in self.holds:
            self._say(what)

    def _inner(self, where: Condition | None) -> Json:
        return (self.tree(where, Style.BARE) if where is not None else None) or {"and": []}

    def _foreign(self, leaf: Happens, style: Style, *, inverse: bool) -> Json:
        self._may_hold(Happens, style, "an event that happens from then on")
        made: Json = {"event": leaf.event}
        if leaf.where is not None:
            made["filters"] = self._inner(leaf.where)
            self._say("tests on the data of an event that is waited for")
        if leaf.type is not EventType.EVENT:
            made["event_type"] = leaf.type.value
        return self._typed(made, "foreign_event", style, inverse=inverse)

    def _message(self, leaf: MessageIs, style: Style, *, inverse: bool) -> Json:
        self._may_hold(MessageIs, style, "what became of a message")
        number, channel = self.numbers.action(leaf.campaign or self.campaign, leaf.step)
        made: Json = {
            "event": {"name": f"output_{number}", "type": f"{leaf.state.value}_{channel}"}, "inverse": inverse,
        }  # fmt: skip
        if leaf.times != 1 or leaf.within is not None:
            within = int(leaf.within.total_seconds()) if leaf.within is not None else 0
            made |= {"times": leaf.times, "within": within}
        return {"type": "message", **made} if style is Style.TYPED else {"message": made}


def _field(leaf: Compare) -> str:
    """The leaf's field; of a changed attribute it says which of the two values is meant."""
    if leaf.subject in (Subject.TO, Subject.FROM):
        return leaf.subject.value
    return leaf.path


def _compared(leaf: CompareFields) -> Json:
    """Two fields compared.

    Assumed: the keys; of this node only the name is known (semantics R20).
    """
    test = written_test(Compare(leaf.left, leaf.left_path, leaf.operator, ("0", "0")))[0]["operator"]
    right = _SIDES[leaf.right]
    return {
        _SIDES[leaf.left]: leaf.left_path,
        "operator": test,
        right if leaf.right is not leaf.left else f"other_{right}": leaf.right_path,
    }


__all__ = ["SIDES", "ConditionWriting", "Style", "simplified", "value_as_text"]
