"""What changed in a contract, and whom it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.contract.differences import Breaks, Difference, contract_differences
from mailwright.contract.page import contract_as_markdown
from mailwright.contract.uses import uses_in
from mailwright.loading.folder import read_project

FILES = {
    "mailwright.toml": '[workspaces.qa]\nregion = "us"\nfrom = "Example <hello@example.org>"\n',
    "campaigns/paid/campaign.yaml": "name: Paid\ntrigger: {event: order_placed, where: {status: paid}}\n"
    "filter: {person: {plan: pro}}\nworkflow: [{email: hello}]\n",
    "campaigns/paid/hello.liquid": "---\nsubject: Hi {{ customer.first_name | default: 'you' }}\n---\n"
    "<p>{{ event.total }} {{ event.gift.text }}</p>\n",
    "campaigns/_shared/segments/buyers.yaml": "name: Buyers\nwhere: {performed: {event: order_placed, where: {total: {above: 10}}}}\n",
    "campaigns/_shared/people.yaml": "attributes:\n  email: {type: text}\n  plan: {type: text}\n  first_name: {type: text}\n",
}
EVENT = """\
name: order_placed
properties:
  status: {type: text, required: true, allowed: [paid, open]}
  total: {type: number, required: true}
  gift: {type: object, properties: {text: {type: text}}}
  note: {type: text}
"""


def project(tmp_path: Path, name: str, event: str = EVENT, **files: str):
    root = tmp_path / name
    written = {**FILES, "campaigns/_shared/events/order_placed.yaml": event, **files}
    for file, text in written.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    return read_project(root)[0]  # a change of the contract may break what reads it


def differences(tmp_path: Path, event: str, **files: str) -> list[Difference]:
    before, after = project(tmp_path, "before"), project(tmp_path, "after", event, **files)
    return contract_differences(before, after, uses_in(after))


def edited(old: str, new: str) -> str:
    assert old in EVENT
    return EVENT.replace(old, new)


def test_the_same_contract_has_no_differences(tmp_path: Path):
    assert differences(tmp_path, EVENT) == []


@pytest.mark.parametrize(
    ("event", "what", "breaks", "used_by"),
    [
        pytest.param(edited("  note: {type: text}\n", ""), "removed", Breaks.READERS, [], id="gone, and nobody read it"),
        pytest.param(
            edited("  gift: {type: object, properties: {text: {type: text}}}\n", ""), "removed", Breaks.READERS,
            ["paid/hello"], id="gone, and an email read a part of it",
        ),
        pytest.param(edited("type: number", "type: text"), "retyped", Breaks.BOTH, ["paid/hello", "segment:buyers"], id="retyped"),
        pytest.param(edited("type: number", "type: integer"), "narrowed", Breaks.SENDERS, [], id="narrower type"),
        pytest.param(edited("type: number", "type: [number, text]"), "widened", Breaks.READERS, ["paid/hello", "segment:buyers"], id="wider type"),
        pytest.param(edited("note: {type: text}", "note: {type: text, required: true}"), "required", Breaks.SENDERS, [], id="newly required"),
        pytest.param(edited("number, required: true", "number"), "optional", Breaks.READERS, ["paid/hello", "segment:buyers"], id="no longer required"),
        pytest.param(edited("[paid, open]", "[open]"), "narrowed", Breaks.BOTH, ["paid"], id="a value is gone"),
        pytest.param(edited("[paid, open]", "[PAID, open]"), None, None, [], id="only the case of a value"),
        pytest.param(edited("[paid, open]", "[paid, open, lost]"), "widened", Breaks.NOBODY, [], id="one more value"),
        pytest.param(edited("note: {type: text}", "note: {type: text, nullable: true}"), "nullable", Breaks.READERS, [], id="may be null"),
        pytest.param(edited("number, required: true", "number, required: true, unit: cents"), "unit", Breaks.BOTH, ["paid/hello", "segment:buyers"], id="another unit"),
        pytest.param(EVENT + "  coupon: {type: text}\n", "added", Breaks.NOBODY, [], id="a new property"),
        pytest.param(EVENT + "  coupon: {type: text, required: true}\n", "added", Breaks.SENDERS, [], id="a new required property"),
        pytest.param(EVENT + "deprecated: true\n", "deprecated", Breaks.READERS, ["paid", "paid/hello", "segment:buyers"], id="deprecated"),
    ],
)  # fmt: skip
def test_one_change_is_told_with_whom_it_breaks(
    tmp_path: Path, event: str, what: str | None, breaks, used_by: list[str]
):
    found = differences(tmp_path, event)
    if what is None:
        assert found == []
        return
    (one,) = found
    assert (one.what, one.breaks) == (what, breaks)
    assert sorted(one.names) == sorted(used_by)


def test_a_renamed_event_with_its_old_name_as_an_alias_breaks_nobody(tmp_path: Path):
    event = EVENT.replace("name: order_placed", "name: Order Placed Now\naliases: [order_placed]")
    found = differences(tmp_path, event)
    assert [(one.what, one.breaks) for one in found] == [("renamed", Breaks.NOBODY)]


def test_an_event_that_is_gone_names_everybody_who_waits_for_it(tmp_path: Path):
    found = differences(tmp_path, EVENT.replace("name: order_placed", "name: something_else"))
    gone = next(one for one in found if one.what == "removed")
    assert gone.subject == "order_placed"
    assert gone.names == ["paid", "paid/hello", "segment:buyers"]
    assert {use.kind for use in gone.used_by} == {"trigger", "condition", "email", "segment"}
    assert any(use.span.file == "campaigns/paid/hello.liquid" and use.span.line == 4 for use in gone.used_by)


def test_an_attribute_that_is_gone_names_the_filter_that_reads_it(tmp_path: Path):
    people = {"campaigns/_shared/people.yaml": "attributes:\n  email: {type: text}\n  first_name: {type: text}\n"}
    (one,) = differences(tmp_path, EVENT, **people)
    assert (one.subject, one.what, one.names) == ("people.plan", "removed", ["paid"])


def test_the_page_names_every_event_property_and_user(tmp_path: Path):
    known = project(tmp_path, "page")
    page = contract_as_markdown(known, uses_in(known))
    assert "### order_placed" in page
    row = next(line for line in page.splitlines() if line.startswith("| `status`"))
    assert row == "| `status` | text | required |  | one of `paid`, `open` | paid |"
    assert "| `gift.text` | text |  |  |  | paid/hello |" in page
    assert "- Used by (segment): segment:buyers" in page
