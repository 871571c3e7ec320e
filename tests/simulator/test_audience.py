"""Who enters each campaign, by logs or by samples."""

from __future__ import annotations

import json
from pathlib import Path

from mailwright.loading.folder import load_project
from simulator.audience import who_enters

HERE = Path(__file__).parents[2]


def test_without_a_log_the_samples_say_who_enters():
    entered = who_enters(load_project(HERE), "qa", ())
    assert entered["signup-teens-for-jeans"] == {"ben-collects-jeans", "noor-collects-jeans-by-text"}
    assert "ana-joins-a-campaign" in entered["signup-general"]


def test_a_log_says_which_people_enter(tmp_path: Path):
    log = tmp_path / "log.ndjson"
    lines = [
        {"type": "track", "userId": person, "event": "campaign_signup", "timestamp": 1767225600, "properties": data}
        for person, data in (("1", {"campaign_id": 9001}), ("2", {"campaign_id": 9001}), ("1", {"campaign_id": 1}))
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no call\n")
    entered = who_enters(load_project(HERE), "qa", [log])
    assert {slug: set(people) for slug, people in entered.items()} == {
        "signup-teens-for-jeans": {"1", "2"},
        "signup-general": {"1"},
    }
