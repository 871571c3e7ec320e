"""Questions about things by their names: campaigns, segments and groups, now or as they were in a git revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailwright.definitions.conditions import Condition, InSegment
from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, name_hint
from mailwright.loading.folder import load_project
from mailwright.loading.revision import content_at
from mailwright.loading.variables import with_vars
from simulator.proofs.answers import Answer
from simulator.proofs.campaigns import both_fire, event_of, firing_condition, unanswered
from simulator.proofs.context import Context, context_of
from simulator.proofs.questions import always, disjoint, equal, narrower, never, wider
from simulator.proofs.reading import inlined

_COMPARED: dict[str, tuple[str, str, Callable[[Condition, Condition, Context], Answer]]] = {
    "same": ("{0} and {1} let in the same", "one of {0} and {1} lets this sample in, the other does not", equal),
    "wider": ("{0} lets in all that {1} does", "{1} lets this sample in, {0} does not", wider),
    "narrower": ("{0} lets in nothing that {1} does not", "{0} lets this sample in, {1} does not", narrower),
}
Said = tuple[str, str, Answer]
"""What is claimed in words, what a witness shows instead, and the answer."""


@dataclass(frozen=True, slots=True)
class Named:
    """A campaign or a segment: what must hold for it, and what its conditions may take for granted."""

    name: str
    project: Project
    slug: str
    condition: Condition
    context: Context
    is_segment: bool


@dataclass(slots=True)
class Names:
    """The projects that names lead into, each loaded once."""

    root: Path
    workspace: str | None = None
    by_schema: bool = True
    _projects: dict[str, Project] = field(default_factory=dict)

    def disjoint(self, one: str, other: str) -> Said:
        """Whether nothing starts both campaigns, or nobody is in both segments."""
        first, second = self.named(one), self.named(other)
        if first.is_segment or second.is_segment or first.project is not second.project:
            claim = f"nothing meets both {one} and {other}"
            return (
                claim,
                f"this sample meets both {one} and {other}",
                disjoint(_open(first), _open(second), first.context),
            )
        claim = f"no event of one person starts both {one} and {other}"
        context = first.context if first.context.event is not None else second.context
        said = f"this sample's event starts both {one} and {other}"
        return claim, said, both_fire(first.project, one, other, context)

    def complete(self, name: str, *, with_filters: bool = False) -> Said:
        """Whether every event is answered by the campaigns of a group, or by those on an event of that name."""
        project = self.project("")
        running = {slug: campaign for slug, campaign in project.campaigns.items() if campaign.state == "running"}
        slugs = [slug for slug, one in running.items() if (group := one.exclusive) is not None and group.group == name]
        slugs = slugs or [slug for slug, one in running.items() if (event_of(one) or ("", ""))[1] == name.lower()]
        if not slugs:
            groups = {group.group for one in running.values() if (group := one.exclusive) is not None}
            events = {found[1] for one in running.values() if (found := event_of(one)) is not None}
            hint = name_hint(name, sorted(groups | events), "groups and events")
            raise ConfigurationError(f"no exclusive: group and no event of a campaign is called '{name}'", hint=hint)
        claim = f"every event is answered by one of {', '.join(slugs)}"
        context = context_of(project, slugs[0], by_schema=self.by_schema)
        said = f"none of {', '.join(slugs)} answers this sample's event"
        return claim, said, unanswered(project, slugs, with_filters=with_filters, context=context)

    def alone(self, question: str, name: str) -> Said:
        """Whether something never holds, or always."""
        one = self.named(name)
        if question == "never":
            claim = f"{name} never has a member" if one.is_segment else f"{name} never fires"
            said = f"this sample is in {name}" if one.is_segment else f"this sample fires {name}"
            return claim, said, never(_open(one), one.context)
        claim = f"everybody is in {name}" if one.is_segment else f"{name} always fires"
        said = f"this sample is not in {name}" if one.is_segment else f"this sample does not fire {name}"
        return claim, said, always(_open(one), one.context)

    def compared(self, question: str, one: str, other: str) -> Said:
        """Whether two things are the same, or one is wider or narrower than the other."""
        first, second = self.named(one), self.named(other)
        words, instead, ask = _COMPARED[question]
        if _event(first) != _event(second):
            what = " and ".join(str(_event(each) or "no event") for each in (first, second))
            raise ConfigurationError(
                f"'{one}' and '{other}' cannot be compared: they start on {what}", hint="campaigns of one event"
            )
        return words.format(one, other), instead.format(one, other), ask(_open(first), _open(second), second.context)

    def named(self, name: str) -> Named:
        """The campaign or segment of that name, in this project or in a git revision.

        Raises: ConfigurationError when there is none.
        """
        revision, _, slug = name.rpartition(":")
        project = self.project(revision)
        context = context_of(project, slug, by_schema=self.by_schema)
        if slug in project.campaigns:
            return Named(name, project, slug, firing_condition(project.campaigns[slug]), context, False)
        if slug in project.segments:
            return Named(name, project, slug, InSegment(slug), context, True)
        known = [*project.campaigns, *project.segments]
        where = f" in {revision}" if revision else ""
        hint = name_hint(slug, known, "campaigns and segments")
        raise ConfigurationError(f"no campaign and no segment is called '{slug}'{where}", hint=hint)

    def project(self, revision: str) -> Project:
        """The project, or the project as it was.

        Raises: ContentError when its files hold mistakes; ConfigurationError when there is no such revision.
        """
        if revision not in self._projects:
            if revision:
                with content_at(self.root, revision) as (found, _):
                    self._projects[revision] = self._chosen(found)
            else:
                self._projects[revision] = self._chosen(load_project(self.root))
        return self._projects[revision]

    def _chosen(self, project: Project) -> Project:
        name, _ = project.workspace(self.workspace)
        return with_vars(project, name)


def _open(one: Named) -> Condition:
    """The condition with its segments written out, so that it means the same beside another project's."""
    return inlined(one.condition, one.context.segments)


def _event(one: Named) -> tuple[str, str] | None:
    if one.is_segment:
        return None
    found = event_of(one.project.campaigns[one.slug])
    return None if found is None else (found[0].value, found[1])
