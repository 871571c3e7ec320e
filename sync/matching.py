"""Which thing of a workspace a slug means.

What a person bound comes first, then what the ledger knows, then a name that the files or another workspace have too;
what is left is called after its name. So prod and QA call the same thing the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailwright.definitions.project import Project
from mailwright.definitions.steps import MessageStep
from mailwright.definitions.workflow import file_of, walk_steps
from sync.desired import steps_and_files
from sync.ledger import Ledger, number_key
from sync.naming import layout_version, slug_of, unique_slug
from sync.snapshot import Kind


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a workspace has, before we know what we call it."""

    kind: Kind
    id: int
    name: str
    via: str = "campaign"

    @property
    def key(self) -> str:
        """What the workspace calls it, as the ledger writes it."""
        return number_key({"id": self.id, "via": self.via})


@dataclass(slots=True)
class Matching:
    """Finds slugs; *doubts* collects what a person has to look at."""

    project: Project
    ledger: Ledger
    others: Iterable[Ledger] = ()
    doubts: list[str] = field(default_factory=list)

    def slugs(self, kind: Kind, things: Iterable[Thing]) -> dict[str, str]:
        """The slug of each thing of one kind, by its key."""
        ordered = sorted(things, key=lambda one: (one.via, one.id))
        known = self.ledger.slugs(kind)
        found = {one.key: known[one.key] for one in ordered if one.key in known}
        names = self._names(kind)
        for one in ordered:
            if one.key in found:
                continue
            wanted = names.get(_folded(one.name))
            if wanted is not None and wanted in found.values():
                self.doubts.append(self._doubt(kind, one, wanted))
                wanted = None
            slug = wanted or self._new(kind, one)
            taken = set(found.values()) | (set(names.values()) if wanted is None else set())
            found[one.key] = slug if wanted is not None else _free(kind, slug, taken, one.id)
        return found

    def _doubt(self, kind: Kind, one: Thing, wanted: str) -> str:
        return (
            f"two {kind.value}s are called '{one.name}': {one.key} is not '{wanted}'; if it should be: "
            f"mailwright bind {self.ledger.workspace} {kind.value} {wanted} {one.key}"
        )

    def _new(self, kind: Kind, one: Thing) -> str:
        if kind is Kind.LAYOUT:
            name, version = layout_version(one.name)
            return f"{slug_of(name, 'layout')}@{version}"
        if kind is Kind.SNIPPET:
            return one.name
        return slug_of(one.name, f"{kind.value}-{one.id}")

    def _names(self, kind: Kind) -> dict[str, str]:
        """The slugs of the files, and of what other workspaces have, by name; the files come first."""
        found: dict[str, str] = {}
        for ledger in self.others:
            for address, document in sorted(ledger.agreed.items()):
                name = document.value("name")
                if address.kind is kind and isinstance(name, str):
                    found.setdefault(_folded(name), address.slug)
        found.update({_folded(name): slug for slug, name in _written_names(self.project, kind).items()})
        return found

    def steps(self, campaign: str, actions: Iterable[Mapping[str, object]]) -> dict[str, str]:
        """Our names of the message actions of one campaign, by action id."""
        ordered = list(actions)
        known = {
            str(ids.get("action")): address.slug.partition("/")[2]
            for address, ids in self.ledger.ids.items()
            if address.kind is Kind.MESSAGE
            and address.slug.partition("/")[0] == campaign
            and ids.get("is_default", True)
        }
        names = self.step_names(campaign)
        found = {number: known[number] for number in (str(one["id"]) for one in ordered) if number in known}
        for one in ordered:
            number, name = str(one["id"]), str(one.get("name") or "")
            if number in found:
                continue
            wanted = names.get(_folded(name))
            if wanted is None or wanted in found.values():
                kind = str(one.get("type", "message")).removesuffix("_action")
                wanted = unique_slug(_step_slug(name, kind), {*found.values(), *names.values()})
            found[number] = wanted
        return found

    def step_names(self, campaign: str) -> dict[str, str]:
        """The steps of the files by the names that their actions have; else those of another workspace."""
        found: dict[str, str] = {}
        for ledger in self.others:
            for address in sorted(ledger.agreed):
                slug, _, step = address.slug.partition("/")
                if address.kind is Kind.MESSAGE and slug == campaign:
                    found.setdefault(_folded(step), step)
        defined = self.project.campaigns.get(campaign)
        for placed in walk_steps(defined.workflow) if defined is not None else ():
            for step, file in steps_and_files(placed):
                is_message = isinstance(placed.step, MessageStep) and file_of(placed.step) is not None
                named = placed.step.name if is_message else None
                found[_folded(named or file)] = step
        return found


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _step_slug(name: str, kind: str) -> str:
    """A step's slug from its action's name; a name that is a slug already stays as it is."""
    # A language's code at the end would make a file of the step a variant of another.
    return slug_of(name, kind)


def _free(kind: Kind, slug: str, taken: set[str], number: int) -> str:
    if kind is Kind.LAYOUT and slug in taken:
        name, _, version = slug.partition("@")
        return f"{unique_slug(name, {one.partition('@')[0] for one in taken}, number)}@{version}"
    return unique_slug(slug, taken, number)


def _written_names(project: Project, kind: Kind) -> dict[str, str]:
    match kind:
        case Kind.CAMPAIGN:
            return {slug: campaign.name for slug, campaign in project.campaigns.items()}
        case Kind.LAYOUT:
            return {reference: layout.title for reference, layout in project.layouts.items()}
        case Kind.SNIPPET:
            return {name: name for name in project.snippets}
        case Kind.SEGMENT:
            return {slug: segment.name for slug, segment in project.segments.items()}
        case Kind.MESSAGE:
            return {}


def topic_slugs(project: Project, topics: Mapping[int, str]) -> dict[str, int]:
    """The slugs of a workspace's topics: by their numbers as the files have them, else by their names."""
    known = {topic.id: slug for slug, topic in project.topics.topics.items()}
    found: dict[str, int] = {}
    for number, name in sorted(topics.items()):
        slug = known.get(number) or unique_slug(slug_of(name, f"topic-{number}"), {*known.values(), *found})
        found[slug] = number
    return found
