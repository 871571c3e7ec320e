"""What a replay reads of a log, so that the rest of it need not be decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import Happens, Performed, walk
from mailwright.definitions.message import Text
from mailwright.definitions.steps import CreateEventStep, SetStep
from mailwright.definitions.triggers import DateTrigger, EventTrigger
from simulator.conditions import reads_of
from simulator.history.wanted import Wanted

if TYPE_CHECKING:
    from mailwright.definitions.project import Project
    from simulator.conditions import Check
    from simulator.content import CompiledCampaign, Content

# What decides about messages and windows whatever the content says (semantics R62, R84 to R88, R94).
_ALWAYS = frozenset(
    {
        "email", "phone", "unsubscribed", "cio_subscription_preferences", "timezone", "cio_timezone", "language",
        "anonymous_id", "id", "cio_id",
    }
)  # fmt: skip

Names = frozenset[str] | None  # None: all of them


def wanted_by(content: Content) -> Wanted:
    """The events and attributes that a replay of *content* reads."""
    read = _LiquidReads(content.project)
    events: dict[str, Names] = {}
    attributes: Names = _ALWAYS | content.watched_changes
    for check in content.checks:
        attributes = _both(attributes, check.reads.attributes)
        for name, properties in _counted(check):
            events[name] = _both(events.get(name, frozenset()), properties)
    for campaign in content.campaigns:
        asked = frozenset[str]().union(*(check.reads.properties for check in campaign.checks))
        own, theirs = read.of_campaign(campaign)
        attributes = _both(attributes, theirs)
        trigger = campaign.definition.trigger
        if isinstance(trigger, EventTrigger):
            events[trigger.event] = _both(events.get(trigger.event, frozenset()), _both(asked, own))
        elif isinstance(trigger, DateTrigger):
            attributes = _both(attributes, frozenset({trigger.date, trigger.date.split(".")[0].split("[")[0]}))
    # Every event may make its person, and is its person's latest call.
    return Wanted(events, attributes, others=True)


def _both(one: Names, other: Names) -> Names:
    return None if one is None or other is None else one | other


def _step_texts(campaign: CompiledCampaign) -> Iterator[Text]:
    """The Liquid that steps write with."""
    for node in campaign.nodes:
        match node.step:
            case SetStep(set=updates):
                values: list[Any] = [updates.person, updates.journey, updates.of]
            case CreateEventStep(create_event=event):
                values = [event.data, event.of]
            case _:
                continue
        for source in _leaves(values):
            yield Text(source, campaign.slug)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)


def _counted(check: Check) -> Iterator[tuple[str, Names]]:
    """The events that a condition counts or waits for, and what it reads of each."""
    for _, clause in walk(check.condition):
        if isinstance(clause, Performed | Happens):
            yield clause.event, frozenset() if clause.where is None else reads_of(clause.where).properties


class _LiquidReads:
    """What the Liquid of messages reads of events and people."""

    def __init__(self, project: Project) -> None:
        self._texts: dict[str, list[Text]] = {}  # by campaign
        for (campaign, _, _), message in project.messages.items():
            own = self._texts.setdefault(campaign, [])
            own += [message.body, *message.field_texts.values()]
            own += [message.text] if message.text is not None else []
        for (campaign, _), webhook in project.webhooks.items():
            self._texts.setdefault(campaign, []).extend(webhook.texts.values())
        self._shared = self._of(
            [*(layout.body for layout in project.layouts.values()), *(s.body for s in project.snippets.values())]
        )

    def of_campaign(self, compiled: CompiledCampaign) -> tuple[Names, Names]:
        """The properties and attributes that one campaign's messages and steps read, with layouts and snippets."""
        texts = [*_step_texts(compiled), *self._texts.get(compiled.slug, ())]
        own = self._of(texts)
        return _both(own[0], self._shared[0]), _both(own[1], self._shared[1])

    def _of(self, texts: Iterable[Text]) -> tuple[Names, Names]:
        from mailwright.dialect.environment import parse_template
        from mailwright.dialect.faults import Dialect, LiquidFault

        found: dict[str, Names] = {"event": frozenset(), "customer": frozenset()}
        for text in texts:
            if "{" not in text.source:
                continue
            for dialect in Dialect:
                try:
                    template = parse_template(text.source, dialect, text.file)
                except LiquidFault:
                    continue  # it fails for everybody
                if any(use.name == "render_liquid" for use in template.tags()):
                    return None, None
                for read in template.reads():
                    root = read.path[0]
                    if isinstance(root, str) and root in found:
                        name = read.path[1] if len(read.path) > 1 else None
                        found[root] = _both(found[root], frozenset({name}) if isinstance(name, str) else None)
        return found["event"], found["customer"]
