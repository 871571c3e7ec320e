"""The coverage drawn on the campaigns' workflows: one page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from mailwright.definitions.workflow import PlacedStep, walk_steps, ways_of
from simulator.coverage.facts import Fact, Target
from simulator.coverage.html_style import STYLE
from simulator.coverage.report import KINDS, Coverage, shown_percent, summary
from simulator.coverage.watching import SEGMENT

if TYPE_CHECKING:
    from mailwright.definitions.steps import StepBase
    from simulator.content import CompiledCampaign, Content

_LABELS = {
    "trigger": "trigger",
    "filter": "filter",
    "audience": "audience",
    "goal": "goal",
    "exit": "ends at",
    "where": "belongs",
}


def coverage_page(coverage: Coverage, content: Content) -> str:
    """The whole page; a script would find nothing to do on it."""
    drawn = [_campaign(coverage, compiled) for compiled in content.campaigns]
    drawn += [_segment(coverage, slug) for slug in content.segments]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Campaign coverage {shown_percent(coverage.percent)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        f"<header><h1>Campaign coverage <strong>{shown_percent(coverage.percent)}</strong></h1>"
        f"<p>{escape(summary(coverage).partition(': ')[2])}</p>"
        '<p class="legend"><span class="mark full">seen</span> <span class="mark part">seen one way only</span> '
        '<span class="mark none">never seen</span></p>'
        f"{_contents(coverage, content)}</header>\n<main>\n{''.join(drawn)}</main>\n</body></html>\n"
    )


def _contents(coverage: Coverage, content: Content) -> str:
    owners = [compiled.slug for compiled in content.campaigns] + [f"{SEGMENT}{slug}" for slug in content.segments]
    links = []
    for owner in owners:
        seen, there = _sum(coverage, owner)
        if seen < there:
            links.append(f'<a class="part" href="#{escape(owner)}">{escape(owner)} {seen}/{there}</a>')
    return f'<nav aria-label="not whole">{" ".join(links)}</nav>' if links else "<p>Nothing is missing.</p>"


def _sum(coverage: Coverage, owner: str) -> tuple[int, int]:
    counts = coverage.counts(owner).values()
    return sum(seen for seen, _ in counts), sum(there for _, there in counts)


def _head(coverage: Coverage, owner: str, title: str) -> str:
    seen, there = _sum(coverage, owner)
    state = "full" if seen == there else "part" if seen else "none"
    parts = ", ".join(f"{a}/{b} {KINDS[kind]}" for kind, (a, b) in coverage.counts(owner).items() if b)
    return (
        f'<summary><span class="mark {state}">{seen}/{there}</span> <b>{escape(title)}</b> '
        f"<small>{escape(owner)} · {escape(parts)}</small></summary>"
    )


def _segment(coverage: Coverage, slug: str) -> str:
    owner = f"{SEGMENT}{slug}"
    is_whole = len({*_sum(coverage, owner)}) == 1
    body = _conditions(coverage, owner, ("where",))
    return _card(owner, is_whole, _head(coverage, owner, f"Segment {slug}"), body)


def _card(owner: str, is_whole: bool, head: str, body: str) -> str:
    is_open = "" if is_whole else " open"
    return f'<details class="card" id="{escape(owner)}"{is_open}>{head}\n{body}</details>\n'


def _campaign(coverage: Coverage, compiled: CompiledCampaign) -> str:
    slug = compiled.slug
    labels = ("trigger", "filter", "audience", "goal", "exit")
    placed = {one.path: one for one in walk_steps(compiled.definition.workflow)}
    flow = _Flow(coverage, slug, placed)
    body = _conditions(coverage, slug, labels) + flow.chain(compiled.definition.workflow, ("workflow",))
    is_whole = len({*_sum(coverage, slug)}) == 1
    return _card(slug, is_whole, _head(coverage, slug, compiled.definition.name), body)


def _conditions(coverage: Coverage, owner: str, labels: Sequence[str]) -> str:
    rows = "".join(_clauses(coverage, owner, label, _LABELS[label]) for label in labels)
    return f'<ul class="conditions">{rows}</ul>' if rows else ""


def _clauses(coverage: Coverage, owner: str, label: str, shown: str) -> str:
    """A line for each clause of a condition, with what it was seen to be."""
    found: dict[str, list[Target]] = {}
    for one in coverage.targets:
        if one.fact.kind == "clause" and one.fact.owner == owner and one.fact.name.partition("#")[0] == label:
            found.setdefault(one.fact.name, []).append(one)
    lines = []
    for both in found.values():
        seen = [one.fact.detail for one in both if one.fact in coverage.seen]
        state = ("none", "part", "full")[len(seen)]
        words = {0: "never asked", 1: f"only {seen[0] if seen else ''}", 2: "true and false"}[len(seen)]
        place = escape(both[0].place.rsplit("/", 1)[-1])
        lines.append(
            f'<li><em>{escape(shown)}</em> <span class="text">{escape(both[0].text)}</span> '
            f'<span class="mark {state}">{words}</span> <small title="{escape(both[0].place)}">{place}</small></li>'
        )
    return "".join(lines)


class _Flow:
    """One campaign's steps, drawn as nested lists."""

    def __init__(self, coverage: Coverage, slug: str, placed: dict[tuple[str | int, ...], PlacedStep]) -> None:
        self.coverage = coverage
        self.slug = slug
        self.placed = placed
        self.facts = {one.fact for one in coverage.targets}

    def chain(self, steps: Sequence[StepBase], path: tuple[str | int, ...]) -> str:
        """One list of steps; what is empty goes on at once."""
        if not steps:
            return '<p class="on">goes on</p>'
        drawn = [f"<li>{self._step(self.placed[(*path, index)])}</li>" for index in range(len(steps))]
        return f'<ol class="chain">{"".join(drawn)}</ol>'

    def _state(self, fact: Fact) -> str:
        if fact not in self.facts:
            return "apart"
        return "full" if fact in self.coverage.seen else "none"

    def _step(self, placed: PlacedStep) -> str:
        state = self._state(Fact("step", self.slug, placed.id))
        conditions = _clauses(self.coverage, self.slug, f"step:{placed.id}", "only if")
        ways = ways_of(placed.step, placed.path)
        asked = "".join(
            _clauses(self.coverage, self.slug, f"step:{placed.id}:{index}", "if") for index in range(len(ways) + 1)
        )
        line = placed.kind.replace("_", " ")
        inside = f'<ul class="conditions">{conditions}{asked}</ul>' if conditions or asked else ""
        messages = "".join(self._messages(placed))
        return (
            f'<div class="step {state}"><span class="kind">{escape(line)}</span> <b>{escape(placed.id)}</b>'
            f"{messages}{inside}</div>{self._ways(placed, ways)}"
        )

    def _messages(self, placed: PlacedStep) -> Iterator[str]:
        """The messages of a step whose languages, or sides of a test, are several."""
        names = [one.email for one in getattr(placed.step, "ab_test", ()) if one.email]
        names = names or [str(getattr(placed.step, placed.kind, ""))]
        every = [
            one.fact for one in self.coverage.targets if one.fact.owner == self.slug and one.fact.kind == "message"
        ]
        own = [fact for fact in every if fact.name in names]
        if len(own) == 1:
            if own[0] not in self.coverage.seen:
                yield ' <span class="mark none">never rendered</span>'
            return
        for fact in own:
            text = f"{fact.name} {fact.detail}".strip()
            yield f' <span class="mark {self._state(fact)}">{escape(text)}</span>'

    def _ways(
        self, placed: PlacedStep, ways: Sequence[tuple[str, tuple[str | int, ...], Sequence[StepBase]]]
    ) -> str:  # fmt: skip
        drawn = []
        for name, path, steps in ways:
            taken = self._name_in_trace(placed, name)
            if Fact("way", self.slug, placed.id, taken) not in self.facts and not steps:
                continue
            state = self._state(Fact("way", self.slug, placed.id, taken))
            inside = self.chain(steps, path)
            drawn.append(f'<li class="{state}"><span class="mark {state}">{escape(taken)}</span>{inside}</li>')
        return f'<ul class="ways">{"".join(drawn)}</ul>' if drawn else ""

    def _name_in_trace(self, placed: PlacedStep, name: str) -> str:
        """What the simulator calls a way: the last one of a split may have a name of its own."""
        known = [fact.detail for fact in self.facts if fact.kind == "way" and fact.name == placed.id]
        if name in known:
            return name
        others = {way for way, _, _ in ways_of(placed.step)}
        return next((way for way in known if way not in others), name)
