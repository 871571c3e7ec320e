"""Short forms of conditions → the condition tree, each clause with its place.

The grammar, by form (`mailwright.definitions.condition_fields.Form`):

- WHERE, PERSON, OBJECT, RELATIONSHIP: `property: test` lines (`condition_tests`), all of which must hold.
- FILTER: lines that start with their subject: `person:`, `event:`, `object:`, `relationship:`, `segment:`,
  `performed:`, `changed:`, `message:`.
- WAIT: a filter that may also name an event to wait for, `event: name` with `where:` and `type:` beside it.
- WAIT_ANY: the same, any line of which is enough.

`any`, `all` and `not` nest anywhere. A list where a map is expected is all of its items. One line alone
stays a bare leaf.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any as Anything

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import (
    ALWAYS,
    All,
    Any,
    Changed,
    Condition,
    EventType,
    Happens,
    InSegment,
    MessageIs,
    MessageState,
    Performed,
    PlacedCondition,
    Subject,
)
from mailwright.definitions.names import parse_duration
from mailwright.diagnostics import Diagnostic, name_hint, nearest
from mailwright.loading.clauses import Clause, Notes, TooMuch
from mailwright.loading.condition_operands import OperandError, kind_of, text
from mailwright.loading.condition_tests import GROUPS, group_problem, value_test, value_tests
from mailwright.loading.yaml_builder import Path
from mailwright.loading.yaml_tree import YamlTree

_SUBJECT_OF = {
    Form.WHERE: Subject.DATA,
    Form.PERSON: Subject.PERSON,
    Form.OBJECT: Subject.OBJECT,
    Form.RELATIONSHIP: Subject.RELATIONSHIP,
}
_DATA_SUBJECTS = {
    "person": Subject.PERSON,
    "event": Subject.EVENT,
    "object": Subject.OBJECT,
    "relationship": Subject.RELATIONSHIP,
}
SUBJECTS = (*_DATA_SUBJECTS, "segment", "performed", "changed", "message")
_PERFORMED_KEYS = ("event", "times", "within", "where", "type")
_CHANGED_KEYS = ("attribute", "to", "from", "times", "within")
_MESSAGE_KEYS = ("step", "is", "campaign", "times", "within")
_MOST_TIMES = 1_000_000


@dataclass(slots=True)
class ConditionReader:
    """Reads the conditions of one file; what is wrong with them collects in *notes*."""

    tree: YamlTree
    notes: Notes = field(init=False)
    _read: dict[tuple[int, Form], PlacedCondition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = Notes(self.tree)

    @property
    def problems(self) -> list[Diagnostic]:
        """What was found wrong so far."""
        return self.notes.problems

    def read(self, raw: object, form: Form) -> PlacedCondition:
        """The condition that *raw* is in *form*; what is wrong with it is kept in *problems*.

        Raises: ValueError when *raw* is neither a map nor a list of this file: then only the caller knows its place.
        """
        if not isinstance(raw, Mapping | list):
            raise ValueError(_needs_lines(raw, form))  # noqa: TRY004  # pydantic hears ValueError only
        known = self._read.get((id(raw), form))
        if known is None:
            path = self.tree.path_of(raw)
            if path is None:
                raise ValueError("a condition is read from a file")
            known = self._read[id(raw), form] = self._placed(raw, form, path)
        return known

    def _placed(self, raw: object, form: Form, path: Path) -> PlacedCondition:
        file = self.tree.place.file
        if not raw:
            return PlacedCondition(ALWAYS, file, (((), self.notes.spot(path)),))
        self.notes.clauses = 0
        try:
            if form in _SUBJECT_OF:
                clause = value_tests(raw, _SUBJECT_OF[form], path, self.notes)
            else:
                clause = _lines(raw, form, path, self.notes, 0, Any if form is Form.WAIT_ANY else All)
        except TooMuch:
            return PlacedCondition(ALWAYS, file, (((), self.notes.spot(path)),))
        return PlacedCondition(clause.condition, file, tuple(clause.places()))


def _needs_lines(raw: object, form: Form) -> str:
    said = kind_of(raw)
    if form in _SUBJECT_OF:
        return f"a condition is not {said}: `property: test` lines"
    return f"a condition is not {said}: lines that start with their subject, such as `person: {{plan: pro}}`"


def _lines(raw: object, form: Form, path: Path, notes: Notes, depth: int, kind: type[All | Any] = All) -> Clause:
    depth = notes.deepened(depth, path)
    if isinstance(raw, list):
        parts = [_lines(item, form, (*path, index), notes, depth) for index, item in enumerate(raw)]
    elif isinstance(raw, Mapping):
        parts = _map_lines(raw, form, path, notes, depth)
    else:
        notes.problem(
            "wrong-type",
            f"{kind_of(raw)} stands where a condition is needed",
            path,
            "`segment: name`, `person: {plan: pro}`",
        )
        return notes.nothing(path)
    return notes.joined(kind, parts, path) if parts else notes.nothing(path)


def _map_lines(raw: Mapping[str, object], form: Form, path: Path, notes: Notes, depth: int) -> list[Clause]:
    parts = []
    waits = form in (Form.WAIT, Form.WAIT_ANY) and isinstance(raw.get("event"), str)
    for key, value in raw.items():
        at = (*path, key)
        if waits and key == "event":
            parts.append(_happens(raw, path, notes, depth))
        elif waits and key in ("where", "type"):
            continue
        else:
            parts.append(_line(key, value, form, at, notes, depth))
    return parts


def _line(key: str, raw: object, form: Form, path: Path, notes: Notes, depth: int) -> Clause:
    if key in GROUPS:
        if group_problem(key, raw, path, notes):
            return notes.nothing(path)
        inner = _lines(raw, form, path, notes, depth, Any if key == "any" else All)
        return notes.negated(inner, path) if key == "not" else inner
    try:
        return _subject_line(key, raw, form, path, notes, depth)
    except OperandError as error:
        notes.problem("wrong-value", str(error), path, error.hint)
    return notes.nothing(path)


def _subject_line(key: str, raw: object, form: Form, path: Path, notes: Notes, depth: int) -> Clause:
    if key in _DATA_SUBJECTS:
        if key == "event" and isinstance(raw, str):
            raise OperandError(
                "an event to wait for has no place here", f"`performed: {raw[:60]}` asks whether it was done"
            )
        if isinstance(raw, Mapping | list) and not raw:
            raise OperandError(f"`{key}` has no tests", "`attribute: value` lines")
        return value_tests(raw, _DATA_SUBJECTS[key], path, notes, depth)
    match key:
        case "segment":
            return _segment(raw, path, notes)
        case "performed":
            return _performed(raw, path, notes, depth)
        case "changed":
            return _changed(raw, path, notes, depth)
        case "message":
            return _message(raw, path, notes)
        case _:
            _unknown_subject(key, form, path, notes)
            return notes.nothing(path)


def _segment(raw: object, path: Path, notes: Notes) -> Clause:
    if isinstance(raw, list):
        raise OperandError(
            "a list of segments can mean two things", "`segment: {in: [a, b]}` for any of them, a line each for all"
        )
    if not isinstance(raw, Mapping):
        return notes.clause(InSegment(text(raw)), path)
    parts = []
    for key, value in raw.items():
        at = (*path, key)
        if key in ("in", "not_in"):
            if not isinstance(value, list) or not value:
                raise OperandError(f"`{key}` names segments in a list", f"`{key}: [a, b]`")
            each = [notes.clause(InSegment(text(item)), (*at, index)) for index, item in enumerate(value)]
            found = notes.joined(Any, each, at)
            parts.append(notes.negated(found, at) if key == "not_in" else found)
        elif key == "not":
            parts.append(notes.negated(notes.clause(InSegment(text(value)), at), at))
        else:
            notes.problem(
                "unknown-operator", f"no test of a segment is called '{key[:60]}'", at, "in, not_in, not", key=True
            )
    return notes.joined(All, parts, path) if parts else notes.nothing(path)


def _happens(raw: Mapping[str, object], path: Path, notes: Notes, depth: int) -> Clause:
    at = (*path, "event")
    kind = _choice(raw, "type", EventType, EventType.EVENT, path, notes)
    name = _event_name(raw["event"], at, notes)
    inner = _where(raw, path, notes, depth)
    return notes.clause(Happens(name, inner[0].condition if inner else None, kind), at, inner)


def _performed(raw: object, path: Path, notes: Notes, depth: int) -> Clause:
    if isinstance(raw, str):
        return notes.clause(Performed(_event_name(raw, path, notes)), path)
    options = _options(raw, "performed", _PERFORMED_KEYS, "event", path, notes)
    name = _event_name(options.get("event"), (*path, "event"), notes)
    inner = _where(options, path, notes, depth)
    where = inner[0].condition if inner else None
    times, within = _times(options, path, notes), _within(options, path, notes)
    kind = _choice(options, "type", EventType, EventType.EVENT, path, notes)
    return notes.clause(Performed(name, times, within, where, kind), path, inner)


def _where(options: Mapping[str, object], path: Path, notes: Notes, depth: int) -> tuple[Clause, ...]:
    raw = options.get("where")
    if raw is None or raw == {}:
        return ()
    return (value_tests(raw, Subject.DATA, (*path, "where"), notes, depth),)


def _changed(raw: object, path: Path, notes: Notes, depth: int) -> Clause:
    if isinstance(raw, str):
        return notes.clause(Changed(text(raw)), path)
    options = _options(raw, "changed", _CHANGED_KEYS, "attribute", path, notes)
    sides = [
        value_test(options[key], subject, "", (*path, key), notes, depth)
        for key, subject in (("to", Subject.TO), ("from", Subject.FROM))
        if key in options
    ]
    inner = (notes.joined(All, sides, path),) if sides else ()
    attribute = text(options.get("attribute"))
    where: Condition | None = inner[0].condition if inner else None
    return notes.clause(
        Changed(attribute, where, _times(options, path, notes), _within(options, path, notes)), path, inner
    )


def _message(raw: object, path: Path, notes: Notes) -> Clause:
    options = _options(raw, "message", _MESSAGE_KEYS, "step", path, notes)
    step = text(options.get("step"))
    if "is" not in options:
        notes.problem("missing-key", "`message` does not say what became of it", path, "`is: opened`", key=True)
    state = _choice(options, "is", MessageState, MessageState.SENT, path, notes)
    campaign = text(options["campaign"]) if "campaign" in options else None
    return notes.clause(
        MessageIs(step, state, campaign, _times(options, path, notes), _within(options, path, notes)), path
    )


def _options(
    raw: object, name: str, known: tuple[str, ...], needed: str, path: Path, notes: Notes
) -> Mapping[str, Anything]:
    if not isinstance(raw, Mapping):
        raise OperandError(f"{kind_of(raw)} stands where `{name}` is described", f"`{name}: {{{needed}: …}}`")
    for key in raw:
        if key not in known:
            hint = name_hint(key, known, "keys")
            notes.problem("unknown-key", f"`{name}` has no key '{key[:60]}'", (*path, key), hint, key=True)
    if needed not in raw:
        notes.problem("missing-key", f"`{name}` does not name its {needed}", path, f"`{needed}: …`", key=True)
        return {**raw, needed: "?"}
    return raw


def _event_name(raw: object, path: Path, notes: Notes) -> str:
    if isinstance(raw, str) and raw.strip() and len(raw) <= 100:
        return raw
    hint = "at most 100 characters" if isinstance(raw, str) and raw.strip() else "a text; quote a number"
    notes.problem("wrong-value", f"{kind_of(raw)} is no event's name", path, hint)
    return "?"


def _times(options: Mapping[str, object], path: Path, notes: Notes) -> int:
    raw = options.get("times", 1)
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= _MOST_TIMES:
        return raw
    notes.problem(
        "wrong-value", f"`times` cannot be {kind_of(raw)}", (*path, "times"), "a whole number from 1; `not` for never"
    )
    return 1


def _within(options: Mapping[str, object], path: Path, notes: Notes) -> timedelta | None:
    if "within" not in options:
        return None
    try:
        return parse_duration(options["within"])
    except ValueError as error:
        notes.problem("wrong-value", str(error), (*path, "within"), "such as `7d`")
    return None


def _choice(
    options: Mapping[str, object], key: str, kinds: Anything, default: Anything, path: Path, notes: Notes
) -> Anything:
    if key not in options:
        return default
    allowed = [kind.value for kind in kinds]
    raw = options[key]
    if raw in allowed:
        return kinds(raw)
    near = nearest(raw, allowed) if isinstance(raw, str) else None
    hint = f"`{near}`" if near else f"one of: {', '.join(allowed)}"
    notes.problem("wrong-value", f"`{key}` cannot be {kind_of(raw)}", (*path, key), hint)
    return default


def _unknown_subject(key: str, form: Form, path: Path, notes: Notes) -> None:
    near = nearest(key, (*SUBJECTS, *GROUPS))
    if key in ("where", "type"):
        hint = (
            "it stands beside `event: name`" if form is not Form.FILTER else "it stands inside `performed: {event: …}`"
        )
    elif near is not None:
        hint = f"`{near}`"
    else:
        hint = f"an attribute stands under `person:`; lines start with {', '.join(SUBJECTS)}, any, all or not"
    notes.problem("unknown-subject", f"no line of a condition starts with '{key[:60]}'", path, hint, key=True)
