"""`prove` as a person runs it, and the trap that it was made for: two emails for one sign-up."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GENERAL = "campaigns/signup-general/campaign.yaml"


@pytest.fixture
def northstar(tmp_path: Path) -> Path:
    """A copy of the example content."""
    root = tmp_path / "northstar"
    root.mkdir()
    for name in ("campaigns", "layouts"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    return root


def without_exclusion(root: Path) -> str:
    """Let the general campaign take every id; gives its file as it was."""
    file = root / GENERAL
    before = file.read_text("utf-8")
    lines = [line for line in before.splitlines() if "unclaimed_by" not in line and line.strip() != "where:"]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return before


def test_the_sign_up_trap_is_found_by_check_and_gone_once_the_exclusion_is_back(northstar: Path, mailwright):
    before = without_exclusion(northstar)
    found = mailwright("-C", northstar, "check", "--no-cache", "--rule", "both-fire")
    assert found.code == 1
    assert "'signup-general' and 'signup-teens-for-jeans' both send for one 'campaign_signup'" in found.out
    assert "campaign_id: 9001" in found.out
    (northstar / GENERAL).write_text(before, "utf-8")
    assert mailwright("-C", northstar, "check", "--no-cache", "--rule", "both-fire").code == 0
    proved = mailwright("-C", northstar, "prove", "disjoint", "signup-general", "signup-teens-for-jeans")
    assert (proved.code, proved.out.startswith("proved: ")) == (0, True)


def test_the_witness_is_a_sample_that_simulate_takes_and_that_sends_two_emails(northstar: Path, mailwright):
    without_exclusion(northstar)
    sample = northstar / "campaigns/_shared/samples/trap.yaml"
    refuted = mailwright(
        "-C", northstar, "prove", "disjoint", "signup-general", "signup-teens-for-jeans", "--out", sample
    )
    assert refuted.code == 1
    assert refuted.out.splitlines()[-1].startswith("refuted: ")
    assert yaml.safe_load(sample.read_text("utf-8"))["event"]["data"]["campaign_id"] == 9001
    done = mailwright("-C", northstar, "simulate", "--sample", "trap", "--format", "json")
    sent = {one["slug"] for one in json.loads(done.out)["campaigns"] if one["emails"]}
    assert sent == {"signup-general", "signup-teens-for-jeans"}
    # The sample shows the trap; it does not say that two emails are meant.
    assert mailwright("-C", northstar, "check", "--no-cache", "--rule", "both-fire").code == 1


@pytest.mark.parametrize(
    ("question", "code", "last"),
    [
        pytest.param(["complete", "campaign_signup"], 0, "proved: every event is answered by one of", id="complete"),
        pytest.param(["disjoint", "onboarding", "win-back"], 0, "different events", id="different events"),
        pytest.param(["wider", "paying-customers", "trial-users"], 1, "refuted: ", id="segments"),
        pytest.param(["never", "lapsed"], 1, "refuted: ", id="a segment with members"),
        pytest.param(["always", "signup-general"], 1, "refuted: ", id="not always"),
    ],
)
def test_questions_are_answered_on_the_last_line(question: list[str], code: int, last: str, mailwright):
    shown = mailwright("-C", ROOT, "prove", *question)
    assert shown.code == code
    assert last in shown.out.splitlines()[-1]


def test_a_campaign_is_compared_with_what_it_was_in_a_revision(northstar: Path, mailwright):
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "as it was")):
        subprocess.run(["git", *who, "-C", str(northstar), *words], check=True, capture_output=True)
    without_exclusion(northstar)
    old = "HEAD:signup-general"
    assert mailwright("-C", northstar, "prove", "wider", "signup-general", old).code == 0
    refuted = mailwright("-C", northstar, "prove", "same", "signup-general", old, "--format", "json")
    found = json.loads(refuted.out)
    assert (found["schema_version"], found["answer"]) == (1, "refuted")
    assert found["witness"]["event"]["name"] == "campaign_signup"
    assert yaml.safe_load(found["sample"])["event"] == found["witness"]["event"]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        pytest.param(["disjoint", "onboarding"], "takes two names, not 1", id="too few names"),
        pytest.param(["never", "onbording"], "no campaign and no segment is called 'onbording'", id="an unknown name"),
        pytest.param(["complete", "nothing"], "no exclusive: group and no event", id="an unknown group"),
        pytest.param(["same", "onboarding", "win-back"], "cannot be compared", id="campaigns of two events"),
        pytest.param(["same", "onboarding", "nowhere:onboarding"], "neither a git revision", id="an unknown revision"),
        pytest.param(["perhaps", "onboarding"], "cannot be 'perhaps'", id="an unknown question"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: list[str], message: str, mailwright):
    shown = mailwright("-C", ROOT, "prove", *question)
    assert shown.code == 3
    assert message in shown.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--sample", "nobody"], "no sample is called 'nobody'", id="an unknown sample"),
        pytest.param(["--sample", "ben-collects-jeans", "events.ndjson"], "not both", id="a sample and a log"),
        pytest.param(["--sample", "ben-collects-jeans", "--hits"], "go with a log", id="hits of a sample"),
    ],
)
def test_a_sample_stands_in_place_of_a_log(arguments: list[str], message: str, mailwright):
    shown = mailwright("-C", ROOT, "simulate", *arguments)
    assert (shown.code, message in shown.err) == (3, True)
