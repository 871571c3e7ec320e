"""Whether a message goes out: subscriptions, drafts, limits, addresses, Liquid (semantics R81 to R103)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailwright.definitions.steps import MessageStep
from simulator.trace import Delivery, Skipped

if TYPE_CHECKING:
    from simulator.content import CompiledCampaign, Content
    from simulator.engine import Engine
    from simulator.journeys import Journey
    from simulator.people import Person
    from simulator.workflow import Node

# Source: Customer.io docs, "Overview of subscription options": in-app, Slack and webhooks still run (semantics R84).
_ALWAYS_ALLOWED = frozenset({"in_app", "slack", "webhook"})


def send(engine: Engine, journey: Journey, node: Node, at: int, variant: str | None = None) -> None:
    """Make the delivery of a message step, or say why there is none; *variant* is the file of an A/B test's side."""
    step = node.step
    assert isinstance(step, MessageStep)  # only message steps are sent
    held = _held_back(engine, journey, node, step)
    if held is not None:
        engine.emit(Skipped(at, journey.person.key, journey.campaign.slug, journey.number, node.id, *held))
        return
    name = variant or node.file
    outcome = engine.messages.outcome(journey, node, name, at)
    made = Made(engine, journey, node, name, at, outcome.language, outcome.recipient)
    if outcome.reason:
        made.deliver("failed", at, outcome.reason, outcome.failure, _FAILURE_RULES.get(outcome.reason, "R96"))
    elif node.sending == "draft":
        # Source: Customer.io docs, "Queue Draft" (semantics R82).
        made.deliver("drafted", at, rule="R82")
    else:
        _deliver_under_limit(made, step)


_FAILURE_RULES = {"missing_recipient": "R94"}


class Made:
    """A message that was made, on its way to its status."""

    __slots__ = ("at", "channel", "engine", "journey", "language", "name", "node", "recipient")

    def __init__(
        self, engine: Engine, journey: Journey, node: Node, name: str, at: int, language: str | None, to: str | None
    ) -> None:
        self.engine = engine
        self.journey = journey
        self.node = node
        self.name = name
        self.at = at
        self.channel = "email" if node.kind == "ab_test" else node.kind
        self.language = language
        self.recipient = to

    def deliver(self, status: str, at: int, reason: str = "", failure: str = "", rule: str = "R100") -> None:
        """Put the delivery into the trace."""
        journey = self.journey
        slug, person = journey.campaign.slug, journey.person
        if status == "sent":
            journey.messaged = True
        if self.engine.content.asks_messages:
            person.note_message(slug, self.node.id, status, at)
        self.engine.emit(
            Delivery(
                at, person.key, slug, journey.number, self.node.id, self.channel, status, self.at, self.name,
                self.language, self.recipient, reason, failure, rule,
            )
        )  # fmt: skip


def _held_back(engine: Engine, journey: Journey, node: Node, step: MessageStep) -> tuple[str, str] | None:
    """Why nothing is made at all: the reason and its rule.

    Source: Customer.io docs, "Overview of subscription options": global status first, then topic, then channel (R87).
    Assumed: a message held back leaves no delivery, only the skip (R89).
    """
    if node.sending == "off":
        return "step_off", "R83"
    campaign = journey.campaign.definition
    to_all = step.to_unsubscribed if step.to_unsubscribed is not None else campaign.to_unsubscribed
    if node.kind in _ALWAYS_ALLOWED or to_all or journey.campaign.trigger_kind == "transactional":
        return None
    attributes = journey.person.attributes
    if "unsubscribed" in attributes and is_unsubscribed(engine, attributes["unsubscribed"]):
        return "unsubscribed", "R84"
    topic = step.topic or campaign.topic
    topics = engine.content.project.topics
    if topic is None and not topics.channels and "cio_subscription_preferences" not in attributes:
        return None
    wishes = preferences(attributes.get("cio_subscription_preferences"))
    if topic is not None and topic in topics.topics:
        known = topics.topics[topic]
        wish = wishes.get("topics", {}).get(f"topic_{known.id}")
        if not (wish if isinstance(wish, bool) else known.default == "subscribed"):
            return "topic_unsubscribed", "R87"
    channel = "email" if node.kind == "ab_test" else node.kind
    wish = wishes.get("channels", {}).get(channel)
    if not (wish if isinstance(wish, bool) else topics.channels.get(channel, "subscribed") == "subscribed"):
        return "channel_unsubscribed", "R88"
    return None


def is_unsubscribed(engine: Engine, value: Any) -> bool:
    """Whether the value of the attribute `unsubscribed` holds messages back.

    Assumed: boolean true, or the text `true` in any case (semantics R85).
    """
    if value is True:
        return True
    if isinstance(value, str) and value.lower() == "true":
        engine.used["unsubscribed_text"] += 1
        return engine.content.assumptions.unsubscribed_text == "true_in_any_case"
    return False


def preferences(value: Any) -> dict[str, dict[str, Any]]:
    """What `cio_subscription_preferences` says, whether it came as data or as a text that holds JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    if not isinstance(value, dict):
        return {}
    return {key: part for key, part in value.items() if isinstance(part, dict)}


def _deliver_under_limit(made: Made, step: MessageStep) -> None:
    """Send, unless the workspace's message limit stands against it.

    Source: Customer.io docs, "Message Limits" (semantics R90 to R93): transactional and in-app messages are exempt.
    Assumed: only sent messages that count use the limit up; it reopens at the second.
    """
    limit = made.engine.content.workspace.message_limit
    if limit is None or not counts_toward_limit(made.engine.content, made.journey.campaign, made.node):
        _hand_over(made, made.at, counted=False)
        return
    free_at = limit_free_at(made.journey.person, made.at, limit.count, _span(made.engine, limit.seconds))
    if free_at <= made.at:
        _hand_over(made, made.at, counted=True)
    elif step.retry_over_limit and limit.retry_seconds is not None:
        made.deliver("attempted", made.at, "message_limit", rule="R92")
        last = made.at + limit.retry_seconds
        made.journey.person.schedule(min(free_at, last), try_again, (made, last))
    else:
        made.deliver("undeliverable", made.at, "message_limit", rule="R92")


def counts_toward_limit(content: Content, campaign: CompiledCampaign, node: Node) -> bool:
    """Whether the workspace's message limit, where there is one, looks at the message step."""
    step = node.step
    if not isinstance(step, MessageStep) or node.kind == "in_app" or campaign.trigger_kind == "transactional":
        return False
    counts = step.counts_toward_limit
    return content.workspace.message_limit is not None and (
        campaign.definition.counts_toward_limit if counts is None else counts
    )


def recent_sends(engine: Engine, person: Person, at: int) -> tuple[int, ...]:
    """When the counted messages were sent that use the limit up at the second *at*."""
    limit = engine.content.workspace.message_limit
    if limit is None or not person.counted_sends:
        return ()
    since = at - _limit_seconds(engine, limit.seconds)
    return tuple([sent for sent in person.counted_sends if sent > since])


def _span(engine: Engine, seconds: int) -> int:
    engine.used["limit_reopens"] += 1
    return _limit_seconds(engine, seconds)


def _limit_seconds(engine: Engine, seconds: int) -> int:
    return seconds if engine.content.assumptions.limit_reopens == "at_the_second" else seconds + 1


def limit_free_at(person: Person, at: int, count: int, seconds: int) -> int:
    """When the next counted message may go: *at*, or the second at which enough earlier ones are out of the span."""
    recent = [sent for sent in person.counted_sends if sent > at - seconds]
    person.counted_sends = tuple(recent)
    if len(recent) < count:
        return at
    return sorted(recent)[len(recent) - count] + seconds


def try_again(at: int, what: tuple[Made, int]) -> None:
    """A message over the limit goes now, or waits on, or not at all."""
    made, last = what
    engine, person = made.engine, made.journey.person
    limit = engine.content.workspace.message_limit
    if person.gone or limit is None:
        return
    free_at = limit_free_at(person, at, limit.count, _span(engine, limit.seconds))
    if free_at <= at:
        _hand_over(made, at, counted=True)
    elif at >= last:
        made.deliver("undeliverable", at, "message_limit", rule="R92")
    else:
        person.schedule(min(free_at, last), try_again, (made, last))


def _hand_over(made: Made, at: int, *, counted: bool) -> None:
    """Give the message to the provider, which knows addresses it does not deliver to (semantics R98)."""
    engine = made.engine
    suppressed = engine.content.workspace.esp_suppressed
    if suppressed and made.channel == "email" and (made.recipient or "").lower() in {a.lower() for a in suppressed}:
        engine.used["esp_suppressed_status"] += 1
        made.deliver(engine.content.assumptions.esp_suppressed_status, at, "esp_suppressed", rule="R98")
        return
    if counted:
        person = made.journey.person
        person.counted_sends = (*person.counted_sends, at)
    made.deliver("sent", at)
