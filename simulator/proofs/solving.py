"""From conditions to a scene in which they hold: values, memberships, a history, an age, a moment; or why not.

Two things are fixed before values are chosen, and tried one after the other: the time, since tests against now and
tests against a date may meet on one value, and the age of the profile, since "not within 7 days" asks for it. Only
their place among the bounds matters, so one of each class will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mailwright.definitions.conditions import Condition, Subject
from simulator.operators import LAST_SECOND, is_timed
from simulator.proofs.candidates import compare_of, leaf_bounds, numbers_between
from simulator.proofs.context import Context
from simulator.proofs.domains import AgeDomain, Choice, Chosen, Domain, FreeDomain, Impossible
from simulator.proofs.formulas import (
    AgeAtom,
    Atom,
    Atoms,
    FieldsAtom,
    Formula,
    FreeAtom,
    HistoryAtom,
    SegmentAtom,
    ValueAtom,
    ValueKey,
    joined,
)
from simulator.proofs.histories import HistoryDomain, Occurrence, Solve, spans_of
from simulator.proofs.joint_domain import JointDomain
from simulator.proofs.list_domain import ElementsDomain
from simulator.proofs.search import MOST_BRANCHES, TOO_MANY, Search
from simulator.proofs.value_domain import ValueDomain
from simulator.sample_calls import NOON

DAY = 86400
MOST_MOMENTS = 60
Signed = tuple[Condition, bool]
"""A condition, and whether it is to hold."""


@dataclass(slots=True)
class Scene:
    """What a search chose. Units: *now* in Unix seconds, *age* in seconds."""

    now: int
    age: int
    values: dict[ValueKey, Any] = field(default_factory=dict)
    segments: dict[str, bool] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    asks_age: bool = False  # something asks how old the profile is, or for what never happened
    left_open: set[str] = field(default_factory=set)  # why something was not looked into


@dataclass(frozen=True, slots=True)
class NoScene:
    """There is none; *doubts* say why that is not certain, where it is not."""

    doubts: tuple[str, ...] = ()


def scene_where(signed: Sequence[Signed], context: Context, lasting: Sequence[Signed] = ()) -> Scene | NoScene:
    """A scene in which each condition holds or does not, as its sign says.

    Of *lasting* conditions only what cannot have changed since the journey began is taken to be so still.
    """
    atoms = Atoms(context)
    parts = [atoms.formula(condition, holds) for condition, holds in signed]
    atoms.lasting = True
    parts += [atoms.formula(condition, holds) for condition, holds in lasting]
    return _scene(joined(parts, all_of=True), atoms.listed, context)


def _scene(formula: Formula, atoms: Sequence[Atom], context: Context) -> Scene | NoScene:
    groups = _groups(atoms)
    doubts: set[str] = set()
    moments = _moments(atoms, groups)
    if len(moments) > MOST_MOMENTS:
        doubts.add("more moments than could be tried")
    tried = 0
    kept: dict[int, Domain] = {}
    for now in moments[:MOST_MOMENTS]:
        for age in _ages(atoms):
            stage = _Stage(atoms, groups, now, age, context, kept)
            search = Search(stage.domains, stage.places, tried)
            found = search.model(formula)
            if found is not None:
                return stage.scene(found)
            doubts |= search.doubts
            tried = search.branches
            if tried > MOST_BRANCHES:
                return NoScene(tuple(sorted(doubts | {TOO_MANY})))
    return NoScene(tuple(sorted(doubts)))


def _groups(atoms: Sequence[Atom]) -> list[list[int]]:
    """The atoms that belong together, by their numbers: about one value, values compared, or one history."""
    lead: dict[object, object] = {}

    def root(name: object) -> object:
        while lead.get(name, name) != name:
            name = lead[name]
        return name

    for atom in atoms:
        if isinstance(atom, FieldsAtom):
            lead[root(atom.left)] = root(atom.right)
    found: dict[object, list[int]] = {}
    for number, atom in enumerate(atoms):
        match atom:
            case ValueAtom(key=key):
                name = root(key)
            case FieldsAtom(left=key):
                name = root(key)
            case HistoryAtom(family=family):
                name = family
            case AgeAtom():
                name = "age"
            case SegmentAtom() | FreeAtom():
                name = number
        found.setdefault(name, []).append(number)
    return list(found.values())


def _moments(atoms: Sequence[Atom], groups: Sequence[Sequence[int]]) -> list[int]:
    """Moments of every class, the usual one first.

    A test against now turns at now plus an offset, others of the same value at a constant: what counts is which comes
    first, so the moments at which the two meet, and one between each two, are all there is to tell apart.
    """
    meetings: set[int | float] = set()
    for group in groups:
        leaves = [compare_of(atom.leaf) for number in group if isinstance(atom := atoms[number], ValueAtom)]
        offsets = {bound for leaf in leaves if is_timed(leaf.operator) for bound in leaf_bounds(leaf, 0)}
        if not offsets:
            continue
        fixed = {bound for leaf in leaves if not is_timed(leaf.operator) for bound in leaf_bounds(leaf, 0)}
        meetings |= {bound - offset for bound in (*fixed, 0, LAST_SECOND) for offset in offsets}
    between = numbers_between(sorted(meetings)) if meetings else iter(())
    found = {NOON, *(int(moment) for moment in between if moment == int(moment) and 0 <= moment <= LAST_SECOND)}
    return sorted(found, key=lambda moment: (abs(moment - NOON), moment))


def _ages(atoms: Sequence[Atom]) -> list[int]:
    """Ages of every class, the oldest first; one that lets everything happen where nobody asks for it."""
    spans = spans_of([atom for atom in atoms if isinstance(atom, HistoryAtom)])
    asked = {atom.seconds for atom in atoms if isinstance(atom, AgeAtom)}
    oldest = max(spans | asked, default=0) + 30 * DAY
    if not asked:
        return [oldest]
    between = {int(age) for age in numbers_between(sorted(spans | asked)) if age == int(age) and age >= 0}
    return sorted({oldest, *between}, reverse=True)


class _Stage:
    """The domains of one moment and one age, and where each atom stands in them."""

    def __init__(
        self,
        atoms: Sequence[Atom],
        groups: Sequence[Sequence[int]],
        now: int,
        age: int,
        context: Context,
        kept: dict[int, Domain] | None = None,
    ) -> None:
        self._atoms, self._groups, self._now, self._age, self._context = atoms, groups, now, age, context
        self.domains: list[Domain] = []
        self.places: list[tuple[int, int]] = [(0, 0)] * len(atoms)
        kept = {} if kept is None else kept  # domains that are the same at every moment, by the first of their atoms
        for group in groups:
            lasts = not any(_is_of_now(atoms[number]) for number in group)
            domain = kept.get(group[0]) if lasts else None
            self._place(group, domain)
            if lasts:
                kept[group[0]] = self.domains[-1]

    def _place(self, group: Sequence[int], domain: Domain | None) -> None:
        """Make the group's domain; of compared values the atoms on single values come first in it."""
        atoms = [self._atoms[number] for number in group]
        values = [atom for atom in atoms if isinstance(atom, ValueAtom)]
        pairs = [atom for atom in atoms if isinstance(atom, FieldsAtom)]
        histories = [atom for atom in atoms if isinstance(atom, HistoryAtom)]
        if pairs:
            group = sorted(group, key=lambda number: isinstance(self._atoms[number], FieldsAtom))
        if domain is not None:
            pass
        elif pairs:
            domain = JointDomain(values, pairs, self._now, self._context)
        elif values:
            kind = ElementsDomain if "[]" in values[0].key[1] else ValueDomain
            domain = kind(values, self._now, self._context)
        elif histories:
            exactly = self._context.assumptions.times_means == "exactly"
            domain = HistoryDomain(
                histories, self._age, _inner(self._context, histories[0], self._now), exactly=exactly
            )
        elif isinstance(atoms[0], AgeAtom):
            domain = AgeDomain([atom.seconds for atom in atoms if isinstance(atom, AgeAtom)], self._age)
        else:
            domain = FreeDomain()
        for bit, number in enumerate(group):
            self.places[number] = (len(self.domains), 1 << bit)
        self.domains.append(domain)

    def scene(self, found: dict[int, Any]) -> Scene:
        """What the domains chose, put together."""
        scene = Scene(self._now, self._age)
        for number, value in found.items():
            domain = self.domains[number]
            match domain:
                case ValueDomain(key=key) | ElementsDomain(key=key):
                    scene.values[key] = value
                case JointDomain(keys=keys):
                    scene.values.update(zip(keys, value, strict=True))
                case HistoryDomain():
                    scene.occurrences += value
                case _:
                    pass
        for atom, (number, _) in zip(self._atoms, self.places, strict=True):
            match atom:
                case SegmentAtom(segment=slug):
                    scene.segments[slug] = bool(found.get(number))
                case AgeAtom() | HistoryAtom() if number in found:
                    scene.asks_age = True
                case FreeAtom(why=why) if number in found:
                    scene.left_open.add(why)
                case _:
                    pass
        return scene


def _is_of_now(atom: Atom) -> bool:
    """Whether what may be chosen for the atom depends on the moment or the profile's age."""
    match atom:
        case ValueAtom(leaf=leaf):
            return is_timed(compare_of(leaf).operator)
        case HistoryAtom() | AgeAtom():
            return True
        case FieldsAtom() | SegmentAtom() | FreeAtom():
            return False


def _inner(context: Context, atom: HistoryAtom, now: int) -> Solve:
    """What finds data for the inner conditions of one history."""
    kind, *names = atom.family
    inside = context.of_event(names[1]) if kind == "event" else replace(context, event=None, project=None)
    known: dict[str, Choice] = {}

    def solve(signed: Sequence[Signed], subjects: frozenset[Subject]) -> Choice:
        name = repr(signed)
        if name not in known:
            known[name] = _data_where(signed, inside, subjects, now)
        return known[name]

    return solve


def _data_where(signed: Sequence[Signed], context: Context, subjects: frozenset[Subject], now: int) -> Choice:
    atoms = Atoms(context, inside=subjects)
    formula = joined([atoms.formula(condition, holds) for condition, holds in signed], all_of=True)
    stage = _Stage(atoms.listed, _groups(atoms.listed), now, 0, context)
    search = Search(stage.domains, stage.places)
    found = search.model(formula)
    if found is None:
        return Impossible(", ".join(sorted(search.doubts)))
    return Chosen(stage.scene(found).values)
