"""What a message of a running journey may read: the replay's state as a `RenderMoment`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailwright.assembly import dialect_of
from mailwright.dialect.environment import Template, parse_template
from mailwright.dialect.faults import Dialect, LiquidFault
from mailwright.dialect.settings import RenderSettings
from simulator.rendering.moment import NOTHING, RenderMoment, at_second, campaign_values, message_values
from simulator.rendering.rules import RenderRules, rules_for

if TYPE_CHECKING:
    from simulator.content import Content
    from simulator.journeys import Journey
    from simulator.people import Person


class JourneyMoments:
    """Makes moments of journeys in one workspace."""

    def __init__(self, content: Content) -> None:
        self.rules: RenderRules = rules_for(content.project, content.workspace)
        self._project = content.project
        self._vars = dict(content.workspace.vars)
        self._dialects = {
            c.slug: Dialect(dialect_of(content.project, c.slug, content.workspace)) for c in content.campaigns
        }
        self._campaigns = {c.slug: campaign_values(content.project, c.slug) for c in content.campaigns}
        self._messages: dict[tuple[str, str], dict[str, Any]] = {}
        self._snippets = {name: snippet.body.source for name, snippet in content.project.snippets.items()}
        self.objects: Mapping[tuple[str, str], Mapping[str, Any]] = {}  # all there are, by type and id

    def moment(self, journey: Journey, name: str, at: int) -> RenderMoment:
        """The journey as its message *name* sees it.

        Units: *at* is in Unix seconds.
        """
        cause, slug = journey.cause, journey.campaign.slug
        return RenderMoment(
            customer_of(journey.person),
            at_second(at),
            journey.campaign.trigger_kind,
            cause.event,
            cause.name,
            cause.event_id or "",
            cause.at if cause.timestamp is None else cause.timestamp,
            cause.trigger,
            journey.attributes or NOTHING,
            objects_of(journey.person, self.objects),
            self._campaigns[slug],
            self._message(slug, name),
            self._vars,
            cause.recipient,
        )

    def _message(self, slug: str, name: str) -> dict[str, Any]:
        found = self._messages.get((slug, name))
        if found is None:
            message = self._project.messages.get((slug, name, None))
            kind = message.kind if message is not None else "webhook"
            found = self._messages[(slug, name)] = message_values(self._project, slug, name, kind)
        return found

    def text(self, source: str, journey: Journey, at: int) -> tuple[str, str]:
        """A piece of Liquid that belongs to no message, and Customer.io's words where it fails.

        Assumed: it sees what a message of the journey would (semantics R74).
        """
        if "{{" not in source and "{%" not in source:
            return source, ""
        slug = journey.campaign.slug
        settings = RenderSettings(
            now=at_second(at),
            seed=f"{slug}\0{journey.person.key}\0{journey.number}\0{at}",
            links=self.rules.links,
            wrong_namespace=self.rules.wrong_namespace,
            limits=self.rules.limits,
            assumptions=self.rules.dialect,
        )
        context = self.moment(journey, "", at).context()
        context["snippets"] = self._snippets
        try:
            return _template(source, self._dialects[slug]).render(context, settings), ""
        except LiquidFault as fault:
            return "", fault.message


@lru_cache(maxsize=256)
def _template(source: str, dialect: Dialect) -> Template:
    return parse_template(source, dialect, "text")


def customer_of(person: Person) -> dict[str, Any] | None:
    """The person's attributes with the identifiers; None for the nobody of a webhook campaign without a person.

    Source: Customer.io docs, reserved attributes: `id`, `email`, `cio_id` (liquid §7).
    """
    if person.id is None and person.cio_id is None and not person.attributes:
        return None if not person.key else {}
    found = dict(person.attributes)
    if person.id is not None:
        found["id"] = person.id
    if person.cio_id is not None:
        found["cio_id"] = person.cio_id
    return found


def objects_of(person: Person, objects: Mapping[tuple[str, str], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `objects.*` holds: the related objects by type, newest first, at most ten of each.

    Source: liquid §7. Assumed: the plural of a type's name is that of plain English.
    """
    if not person.objects:
        return NOTHING
    found: dict[str, list[dict[str, Any]]] = {}
    for (kind, name), relationship in reversed(person.objects.items()):
        related = found.setdefault(plural_of(kind), [])
        if len(related) < 10:
            known = objects.get((kind, name), NOTHING)
            related.append({**known, "object_id": name, "relationship": dict(relationship)})
    return found


def plural_of(word: str) -> str:
    """The plural of an object type's name; a plural stays as it is."""
    if word.endswith("s"):
        return word
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"
