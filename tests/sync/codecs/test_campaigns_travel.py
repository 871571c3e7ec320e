"""Whole campaigns written as the UI API takes them, and read back as it shows them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailwright.definitions.condition_fields import Form
from mailwright.definitions.conditions import Subject
from mailwright.loading.condition_text import condition_as_yaml
from sync.codecs.authored import campaign_document, campaign_of, read_campaign
from sync.codecs.campaigns import exit_fields, goal_fields, read_ui_campaign, settings_fields
from sync.codecs.normal_form import all_of
from sync.codecs.references import References
from sync.codecs.templates import action_fields, read_template, template_fields
from sync.codecs.triggers import frequency_fields, recipients_block
from sync.snapshot import Address, Document, Kind, canonical

from .conftest import SEGMENTS, comparisons

NAMES = References(
    segments=dict(SEGMENTS),
    events={"paid": 12, "left": 13},
    topics={"news": 1},
    layouts={"base@1": 7},
    senders={3: ("Northstar", "hello@example.org"), 4: ("", "help@example.org")},
)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)
LENGTHS = st.sampled_from(["30m", "1d", "2w", "90d"])
PLAIN_TEST = comparisons(Subject.DATA, several=True)


def where(condition: Any) -> dict[str, Any]:
    return condition_as_yaml(all_of([condition]), Form.WHERE)


EVENT_TESTS = PLAIN_TEST.map(where)
FILTERS = st.sampled_from(
    [
        None,
        {"not": {"segment": "staff"}},
        {"segment": "lapsed", "person": {"plan": "pro"}},
        {"person": {"age": {"above": 17}}},
    ]
)


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, Any]:
    """A campaign as an author could write it, within what the wire has a place for."""
    data: dict[str, Any] = {"name": draw(TEXTS.filter(str.strip)), "workflow": [{"wait": "1d"}]}
    kind = draw(st.sampled_from(["event", "segment", "date", "form", "broadcast"]))
    lengths = draw(LENGTHS)
    match kind:
        case "event":
            data["trigger"] = {"event": "signed_up", "where": draw(EVENT_TESTS)}
            data["frequency"] = draw(st.sampled_from(["once", "every_time", {"once_per": lengths}]))
        case "segment":
            data["trigger"] = {"segment": "lapsed"}
            data["frequency"] = draw(st.sampled_from(["once", "rematch", {"rematch": lengths}, {"every": lengths}]))
        case "date":
            zone = draw(st.sampled_from(["person", "Europe/Berlin"]))
            data["trigger"] = {"date": "birthday", "repeat": "yearly", "before": "3d", "at": "09:00", "zone": zone}
        case "form":
            data["trigger"] = {"form": "contact"}
        case _:
            data["trigger"] = {"broadcast": "any", "audience": {"person": {"plan": "pro"}}}
    if (asked := draw(FILTERS)) is not None:
        data["filter"] = asked
    if kind != "broadcast":
        if draw(st.booleans()):
            data["goal"] = {"event": "paid", **({"within": lengths} if draw(st.booleans()) else {})}
        on = draw(st.sampled_from([None, {"event": "left"}, {"segment": "paying"}, {"event": "paid"}]))
        ways = ["never", "stops_matching", "goal", "goal_or_stops_matching"]
        data["exit"] = {"when": draw(st.sampled_from(ways)), **({"on": on} if on else {})}
    data |= {"to_unsubscribed": draw(st.booleans()), "counts_toward_limit": draw(st.booleans())}
    data |= {"description": draw(TEXTS), "tags": draw(st.lists(st.sampled_from(["a", "b"]), unique=True))}
    return data | ({"topic": "news"} if draw(st.booleans()) else {})


@given(campaigns())
def test_a_campaign_comes_back_as_it_went(data):
    address = Address(Kind.CAMPAIGN, "any")
    wanted = campaign_document(address, read_campaign(data, "any"))
    campaign = campaign_of(wanted)
    try:
        block = recipients_block(campaign, {"type": "none"}, NAMES, "any")
    except Exception as error:  # noqa: BLE001  # looked at in the next line
        assert type(error).__name__ == "Unwritable" and "opposite of" in str(error)
        return
    raw = {**block, **settings_fields(campaign, NAMES), **exit_fields(campaign, NAMES), **goal_fields(campaign)}
    raw |= {"id": 5, "state": "running", "edges": [{"from": "1", "to": "2", "type": "continue"}]}
    actions = [
        {"id": "1", "type": "delay_seconds_action", "name": "", "delay": 86400, "preconditions": "JTVCJTVE"},
        {"id": "2", "type": "exit_action", "name": ""},
    ]
    reply = json.loads(json.dumps({"campaign": raw, "actions": actions, "tags": campaign.tags}))
    read = read_ui_campaign(reply, NAMES, "any", {})
    assert read.unseen == {} and read.document == wanted


@given(campaigns())
def test_what_is_written_again_is_what_was_written(data):
    campaign = read_campaign(data, "any")
    try:
        block = recipients_block(campaign, {"type": "none"}, NAMES, "any")
    except Exception:  # noqa: BLE001  # the other test looks at what is refused
        return
    assert recipients_block(campaign, block, NAMES, "any") == block
    assert frequency_fields(campaign, block["type"]).items() <= block.items()


@st.composite
def emails(draw: st.DrawFn) -> Document:
    data = {
        "kind": "email",
        "subject": draw(TEXTS),
        "preheader": draw(TEXTS),
        "from": draw(st.sampled_from([None, "Northstar <hello@example.org>"])),
        "reply_to": draw(st.sampled_from([None, "help@example.org"])),
        "to": draw(st.sampled_from([None, "{{ customer.work_email }}"])),
        "bcc": draw(st.sampled_from([None, "audit@example.org"])),
        "headers": draw(st.dictionaries(st.sampled_from(["X-Tag", "X-Two"]), TEXTS)),
        "body": draw(TEXTS),
        "text": draw(st.one_of(st.none(), TEXTS)),
        "layout": draw(st.sampled_from([None, "base@1"])),
        "inline_css": draw(st.booleans()),
        "track_links": draw(st.booleans()),
        "sending": draw(st.sampled_from(["automatic", "draft", "off"])),
    }
    found = {name: canonical(value) for name, value in data.items() if value not in (None, "", {})}
    return Document(Address(Kind.MESSAGE, "any/hello"), found)


@given(emails(), emails())
def test_an_email_comes_back_as_it_went_whatever_stood_there_before(before, wanted):
    template: dict[str, Any] = {"id": 551, "language": "", "editor": "html"}
    action: dict[str, Any] = {"id": "902"}
    for one, was in ((before, Document(wanted.address)), (wanted, before)):
        changed = [name for name in {*one.fields, *was.fields} if one.fields.get(name) != was.fields.get(name)]
        template |= template_fields(one, changed, template, NAMES, None)
        action |= action_fields(one, changed)
        read = read_template(json.loads(json.dumps(template)), action, "email", NAMES, "any", "hello", None)
        assert read.unseen == {} and read.document == one
