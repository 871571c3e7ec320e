"""Any small edits of the files: planned, applied, and then there is nothing left to plan."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STEPS = st.sampled_from(
    [
        "- email: hello",
        "- email: tips",
        "- wait: 2d",
        "- wait: {between: [1h, 4h]}",
        '- window: {days: mon-fri, from: "09:00", to: "17:00", zone: Europe/Berlin}',
        "- branch: {if: {person: {plan: pro}}, then: [{email: pro}], else: [{wait: 1d}]}",
        "- split: [{if: {person: {plan: pro}}, then: [{email: more}]}, {else: []}]",
        "- wait_until: {any: [{event: posted}], at_most: 3d, on_timeout: continue}",
        "- set: {person: {welcomed: yes}}",
        "- cohorts: [{share: 50, then: [{email: pro}]}, {share: 50, then: []}]",
    ]
)
WHERES = st.sampled_from(["{source: web}", "{source: [web, app]}", "{source: {not: web}}", "{n: {above: 3}}", "{}"])
FILTERS = st.sampled_from(["{person: {plan: pro}}", "{segment: staff}", "{person: {team: {not: crew}}}", "{}"])
FREQUENCIES = st.sampled_from(["once", "every_time", "{once_per: 7d}"])
GOALS = st.sampled_from(["", "goal: {event: bought, within: 7d}\n"])
SUBJECTS = st.sampled_from(
    ["Hello", "Hi {{ customer.name }}", "¡Hola!", "It's {{ event.n | plus: 1 }}", "{% if a %}x{% endif %}"]
)
SENDING = st.sampled_from(["", "", "    sending: draft\n", "    sending: automatic\n", '    sending: "off"\n'])


@st.composite
def campaigns(draw: st.DrawFn) -> str:
    """A campaign file whose message steps are each there once."""
    steps = draw(st.lists(STEPS, min_size=1, max_size=4, unique_by=lambda step: "pro" in step or step))
    sending = draw(SENDING)
    lines = "".join(f"  {step}\n{sending if step.startswith('- email') else ''}" for step in steps)
    return (
        f"name: {draw(st.sampled_from(['Welcome', 'Welcome, all']))}\n"
        f"trigger: {{event: signed_up, where: {draw(WHERES)}}}\nfilter: {draw(FILTERS)}\n"
        f"frequency: {draw(FREQUENCIES)}\n{draw(GOALS)}workflow:\n{lines}"
    )


EDITS = st.lists(st.tuples(campaigns(), SUBJECTS, st.booleans()), min_size=1, max_size=2)


@pytest.mark.timeout(600)
@settings(
    max_examples=int(os.environ.get("SYNC_EXAMPLES", "4")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EDITS)
def test_after_an_apply_of_any_edits_the_next_plan_is_empty(shop: Any, edits: list[tuple[str, str, bool]]):
    start_over(shop)
    for campaign, subject, delete in edits:
        write(shop, campaign, subject)
        flags = ["--allow-delete"] if delete else []
        done = shop("apply", "qa", "--yes", "--start", "--allow-wider", *flags)
        if done.code == 5 and "deletes message" in done.err:
            # An email inside a branch that is gone cannot stay where it was.
            flags = ["--allow-delete"]
            done = shop("apply", "qa", "--yes", "--start", "--allow-wider", *flags)
        assert done.code == 0, (campaign, done.all)
        after = shop("plan", "qa", "--start", "--exit-code", *flags)
        assert after.code == 0, (campaign, after.all)
        assert shop("drift", "qa").code == 0


def start_over(shop: Any) -> None:
    """The shop as both sides agreed on it at first."""
    shutil.rmtree(shop.root / ".mailwright/ledger")
    shutil.rmtree(shop.root / ".mailwright/journal")
    folder = shop.root / "campaigns/welcome"
    shutil.rmtree(folder)
    write(shop, "name: Welcome\ntrigger: {event: signed_up}\nworkflow:\n  - email: hello\n", "Hello")
    shop.server.seed("qa", shop.root)
    assert shop("apply", "qa", "--yes").code == 0


def write(shop: Any, campaign: str, subject: str) -> None:
    folder = Path(shop.root) / "campaigns/welcome"
    shutil.rmtree(folder, ignore_errors=True)
    shop.write("campaigns/welcome/campaign.yaml", campaign)
    for name in ("hello", "tips", "pro", "more"):
        if f"email: {name}" in campaign:
            shop.write(
                f"campaigns/welcome/{name}.liquid", f'---\nsubject: "{subject}"\nlayout: plain@1\n---\n<p>{name}</p>\n'
            )


CROSSED = """\
name: Crossed
trigger: {event: joined}
workflow:
  - branch:
      if: {person: {plan: pro}}
      then:
        - branch:
            if: {person: {team: staff}}
            then: [{wait: 1d}]
            else: [{go_to: nudge}]
      else:
        - {email: nudge, id: nudge}
        - wait: 2d
  - email: last
"""


@pytest.fixture
def crossed(shop: Any) -> Any:
    """The shop with a campaign whose ways cross, as somebody drew it long ago."""
    shop.write("campaigns/crossed/campaign.yaml", CROSSED)
    for name in ("nudge", "last"):
        shop.write(f"campaigns/crossed/{name}.liquid", f"---\nsubject: {name}\nlayout: plain@1\n---\n<p>{name}</p>\n")
    shop.server.seed("qa", shop.root)
    agreed = shop("apply", "qa", "--yes")
    assert agreed.code == 0, agreed.all
    return shop


def test_a_workflow_whose_ways_cross_is_what_the_files_say(crossed: Any):
    assert crossed("plan", "qa", "--exit-code").code == 0
    before = (crossed.root / "campaigns/crossed/campaign.yaml").read_text()
    pulled = crossed("pull", "qa")
    assert pulled.code == 0, pulled.all
    assert (crossed.root / "campaigns/crossed/campaign.yaml").read_text() == before


def test_a_step_of_a_workflow_whose_ways_cross_is_edited_in_place(crossed: Any):
    before = {one["id"] for one in crossed.actions("qa", "Crossed")}
    crossed.edit("campaigns/crossed/campaign.yaml", "wait: 2d", "wait: 4d")
    done = crossed("apply", "qa", "--yes")
    assert done.code == 0, done.all
    actions = crossed.actions("qa", "Crossed")
    assert {one["id"] for one in actions} == before
    assert sorted(one["delay"] for one in actions if "delay" in one) == [86400, 4 * 86400]
    assert crossed("plan", "qa", "--exit-code").code == 0


def test_a_workspace_that_takes_no_crossing_ways_says_so_and_keeps_what_it_had(crossed: Any):
    before = crossed.content("qa")["campaign"]
    crossed.edit("campaigns/crossed/campaign.yaml", "then: [{wait: 1d}]", "then: [{wait: 1d}, {go_to: two}]")
    crossed.edit("campaigns/crossed/campaign.yaml", "- wait: 2d", "- {wait: 2d, id: two}")
    refused = crossed("apply", "qa", "--yes")
    assert refused.code in (4, 6) and "do not meet" in refused.err
    assert crossed.content("qa")["campaign"] == before


def test_a_pull_into_an_empty_folder_writes_the_ways_that_cross(crossed: Any, tmp_path: Path):
    root = tmp_path / "blank"
    for name in ("campaigns", "layouts"):
        (root / name).mkdir(parents=True)
    (root / "mailwright.toml").write_text((crossed.root / "mailwright.toml").read_text())
    blank = type(crossed)(root, crossed.server, crossed.capsys)
    pulled = blank("pull", "qa")
    assert pulled.code == 0, pulled.all
    assert "go_to: nudge" in (root / "campaigns/crossed/campaign.yaml").read_text()
    assert blank("check").code == 0
    assert blank("plan", "qa", "--exit-code").code == 0
    assert (
        blank("pull", "qa").out.splitlines()[-1].startswith("nothing") or blank("plan", "qa", "--exit-code").code == 0
    )
