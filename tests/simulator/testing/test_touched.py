"""What a change of files touches, by the graph of files, campaigns and tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.definitions.project import Project
from mailwright.loading.folder import load_project
from simulator.testing.touched import Touched, campaigns_asking, touched_by

POSTED = "name: Photo\ntrigger: {event: uploaded}\nworkflow: []\n"


@pytest.fixture
def project(shop: Path) -> Project:
    (shop / "campaigns/welcome/campaign.yaml").write_text(
        (shop / "campaigns/welcome/campaign.yaml").read_text().replace("{person: {plan: staff}}", "{segment: fans}")
    )
    snippet = shop / "layouts/_snippets/address.liquid"
    snippet.parent.mkdir(parents=True)
    snippet.write_text("Main Street\n")
    email = shop / "campaigns/photo/thanks.liquid"
    email.write_text(email.read_text().replace("Thanks</p>", "Thanks {{ snippets.address }}</p>"))
    return load_project(shop)


@pytest.mark.parametrize(
    ("file", "campaigns", "events", "samples", "everything"),
    [
        ("campaigns/photo/thanks.liquid", {"photo"}, {"posted"}, set(), False),
        ("campaigns/photo/campaign.yaml", {"photo"}, {"posted"}, set(), False),
        ("campaigns/photo/photo.scenario.yaml", set(), set(), set(), False),
        ("campaigns/_shared/samples/ana.yaml", set(), set(), {"ana"}, False),
        ("campaigns/_shared/events/posted.yaml", set(), set(), set(), False),
        ("campaigns/_shared/topics.yaml", set(), set(), set(), True),
        ("campaigns/_shared/segments/fans.yaml", {"fans", "welcome"}, {"signed_up"}, set(), True),
        ("campaigns/fans/campaign.yaml", {"fans"}, set(), set(), True),
        ("layouts/_snippets/address.liquid", {"photo"}, {"posted"}, set(), False),
        ("mailwright.toml", set(), set(), set(), True),
        ("README.md", set(), set(), set(), False),
    ],
)
def test_a_file_touches_what_hangs_on_it(
    project: Project, file: str, campaigns: set[str], events: set[str], samples: set[str], everything: bool
) -> None:
    found = touched_by([file], project, lambda name: None)
    assert (found.campaigns, found.events, found.samples, found.everything) == (campaigns, events, samples, everything)


def test_a_campaign_also_touches_what_it_started_from_before(project: Project) -> None:
    found = touched_by(["campaigns/photo/campaign.yaml"], project, lambda name: POSTED)
    assert found.events == {"posted", "uploaded"}


def test_a_campaign_that_is_gone_still_touches_what_it_started_from(project: Project) -> None:
    found = touched_by(["campaigns/gone/campaign.yaml"], project, lambda name: POSTED)
    assert (found.campaigns, found.events) == ({"gone"}, {"uploaded"})


def test_a_segment_is_asked_by_way_of_others(project: Project) -> None:
    assert campaigns_asking("fans", project) == {"fans", "welcome"}


def test_a_test_is_concerned_by_campaign_event_or_sample() -> None:
    touched = Touched(campaigns={"photo"}, events={"posted"}, samples={"ana"})
    assert touched.concerns({"photo"}, (), ())
    assert touched.concerns((), {" Posted"}, ())
    assert touched.concerns((), (), {"ana"})
    assert not touched.concerns({"welcome"}, {"signed_up"}, {"ben"})
    assert Touched(everything=True).concerns((), (), ())
