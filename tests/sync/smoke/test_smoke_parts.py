"""What keeps a smoke test from doing harm: the guard, the notes, the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syncing import all_of, thing

from mailwright.definitions.workspace import FromEnvironment, TrackKeys, Workspace
from mailwright.diagnostics import ConfigurationError, RefusedError
from sync.clients.pacing import Pace
from sync.smoke.guard import at_stake, refuse_sending, refuse_stopped
from sync.smoke.notes import begin, left_behind
from sync.smoke.running import advancing
from sync.smoke.track import track_of

LIVE = all_of(
    thing("campaign welcome", trigger={"event": "Signed_Up "}, state="running"),
    thing("campaign others", trigger={"event": "signed_up"}, state="running"),
    thing("campaign asleep", trigger={"segment": "lapsed"}, state="stopped"),
    thing("message welcome/note", sending="draft"),
    thing("message welcome/tips", sending="off"),
    thing("message others/note", sending="automatic"),
    thing("message others/note.es"),
    thing("message asleep/note", sending="automatic"),
)


def test_whatever_hears_of_an_event_is_at_stake():
    assert at_stake(LIVE, ["welcome"], ["signed_up"]) == ["others", "welcome"]
    assert at_stake(LIVE, ["asleep"], ["other"]) == ["asleep"]


def test_a_message_that_would_go_out_is_refused():
    refuse_sending(LIVE, ["welcome"], "qa")
    with pytest.raises(RefusedError, match="1 message would be sent in qa") as stopped:
        refuse_sending(LIVE, ["welcome", "others"], "qa")
    assert "others/note;" in stopped.value.hint
    many = all_of(*(thing(f"message welcome/m{number}", sending="automatic") for number in range(11)))
    with pytest.raises(RefusedError, match="11 messages would be sent") as stopped:
        refuse_sending(many, ["welcome"], "qa")
    assert "and 3 more" in stopped.value.hint


def test_a_campaign_that_takes_nobody_is_refused():
    refuse_stopped(LIVE, ["welcome"], "qa")
    with pytest.raises(ConfigurationError, match="'asleep' is not running in qa"):
        refuse_stopped(LIVE, ["asleep"], "qa")
    with pytest.raises(ConfigurationError, match="'gone' is not in qa"):
        refuse_stopped(LIVE, ["gone"], "qa")


def test_runs_that_did_not_end_are_left_behind(tmp_path: Path):
    assert left_behind(tmp_path, "qa") == []
    first = begin(tmp_path, "qa", "run-1", ["a", "b"])
    second = begin(tmp_path, "qa", "run-2", ["c"])
    begin(tmp_path, "prod", "run-3", ["d"])
    first.end()
    with open(second.path, "ab") as file:
        file.write(b'{"event": "en')  # cut short by a crash
    (left,) = left_behind(tmp_path, "qa")
    assert left.people == ("c",)


def test_a_journal_that_cannot_be_written_stops_before_anything_is_sent(tmp_path: Path):
    (tmp_path / ".mailwright").write_text("in the way")
    with pytest.raises(ConfigurationError, match="nothing was sent"):
        begin(tmp_path, "qa", "run", ["a"])


KEYS = TrackKeys(site_id=FromEnvironment(env="SITE"), api_key=FromEnvironment(env="KEY"))


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        (Workspace(region="eu", track=KEYS), "https://track-eu.customer.io"),
        (Workspace(region="us", track=KEYS), "https://track.customer.io"),
        (Workspace(url="http://127.0.0.1:8090/", track=KEYS), "http://127.0.0.1:8090/track"),
    ],
)
def test_the_track_api_is_where_the_workspace_is(settings: Workspace, base: str):
    track = track_of("qa", settings, {"SITE": "site", "KEY": "canary-key"}, Pace())
    assert track.transport.base == base
    assert "canary-key" not in repr(track)
    track.transport.close()


@pytest.mark.parametrize(
    ("settings", "environment", "said"),
    [
        (Workspace(region="us"), {}, "name no Track API keys"),
        (Workspace(region="us", track=KEYS), {"SITE": " "}, "no Track API keys"),
    ],
)
def test_keys_that_are_missing_are_named(settings: Workspace, environment: dict[str, Any], said: str):
    with pytest.raises(ConfigurationError, match=said) as stopped:
        track_of("qa", settings, environment, Pace())
    assert stopped.value.hint


def test_only_a_clock_on_this_machine_can_be_moved():
    with pytest.raises(ConfigurationError, match="only a workspace on this machine"):
        advancing(None, 5, "token")
