"""What an empty workspace holds: one message of each kind that a client can send."""

from __future__ import annotations

from simulator.workspace.documents import (
    Kind,
    add_action,
    add_message,
    new_action,
    new_campaign,
    new_identity,
    new_newsletter,
    new_template,
    new_transactional,
)
from simulator.workspace.space import Space

SENDER = "hello@example.org"
WELCOME = "<p>Hello {{ customer.first_name | default: 'there' }}: {{ trigger.about | default: 'a test' }}.</p>"
NEWS = (
    "<p>News for {{ customer.first_name | default: 'you' }}.</p><p><a href='{% unsubscribe_url %}'>Unsubscribe</a></p>"
)


def add_starter_content(space: Space) -> None:
    """A transactional message, an API-triggered broadcast and a one-time send, each ready to be sent."""
    documents, now = space.documents, space.now()
    with space.store.change():
        sender = documents.add(Kind.IDENTITY, new_identity(space.name, SENDER, now))["id"]
        kept = documents.add(
            Kind.TEMPLATE,
            new_template(
                "email",
                now,
                name="Welcome",
                from_identity_id=sender,
                subject="Hello {{ customer.first_name | default: 'there' }}",
                body=WELCOME,
            ),
        )
        documents.add(
            Kind.TRANSACTIONAL, new_transactional("Welcome", now, template_id=kept["id"], trigger_name="welcome")
        )
        _add_broadcast(space, sender)
        kept = documents.add(
            Kind.TEMPLATE,
            new_template(
                "email", now, name="News", from_identity_id=sender, subject="News",
                body=NEWS,
            ),
        )  # fmt: skip
        documents.add(Kind.NEWSLETTER, new_newsletter("News", now, template_ids=[kept["id"]]))
    space.content_changed()


def _add_broadcast(space: Space, sender: int) -> None:
    documents, now = space.documents, space.now()
    campaign = documents.add(
        Kind.CAMPAIGN, new_campaign("Announcement", now, type="triggered_broadcast", state="running", first_started=now)
    )
    template = new_template(
        "email", now, name="Announcement", from_identity_id=sender, subject="{{ trigger.headline | default: 'News' }}",
        body="<p>{{ trigger.text | default: 'Something happened.' }}</p>",
    )  # fmt: skip
    email, _ = add_message(documents, campaign["id"], new_action("email_action", now, name="Announcement"), template)
    end = add_action(documents, campaign["id"], new_action("exit_action", now, name="Exit"))
    campaign["workflow_action_ids"] = [email["id"], end["id"]]
    campaign["edges"] = [{"from": email["id"], "to": end["id"], "type": "continue"}]
    documents.put(Kind.CAMPAIGN, campaign["id"], campaign)
