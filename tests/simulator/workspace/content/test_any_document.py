"""Whatever stands in stored documents: they are read, what means nothing is named, and calls run through the rest."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from building import START, identify, track
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwright.loading.folder import load_project
from simulator.replay import replay
from simulator.workspace.content.decode import decode
from simulator.workspace.content.seed import seed
from simulator.workspace.documents import Kind
from simulator.workspace.encoding import encode
from simulator.workspace.store import Documents, Store

ROOT = Path(__file__).parents[4]
READ = (Kind.CAMPAIGN, Kind.ACTION, Kind.TEMPLATE, Kind.LAYOUT, Kind.SEGMENT, Kind.TRANSACTIONAL, Kind.NEWSLETTER,
        Kind.IDENTITY, Kind.TOPIC, Kind.SNIPPET)  # fmt: skip
KEPT = frozenset({"id", "campaign_id"})  # what the store itself goes by
# A client's JSON is of its type where the API checks it; these are the fields that take anything.
JUNK = st.sampled_from(
    [None, "", "x", 0, -1, 1.5, 10**20, True, [], [1], [None], {}, {"and": []}, {"or": [{}]}, {"and": [[]]}, {"and": "x"},
     {"not": None}, {"event": {"name": 3}}, {"attribute": {"field": 1, "operator": "eq"}}, {"segment": {"id": "x"}},
     encode([{}]), encode([["x"]]), encode({"and": 1}), encode([{"type": "message", "event": {"name": None, "type": None}}]),
     encode([{"type": "segments_negatable", "segments": None}]), encode([{"type": "attribute", "field": "a[", "operator": "eq"}]),
     "JTVCJTVE", "not base64!", "\x00", "🌱", "{{", "{% if %}", "99:99", "2025-01-01", ["1", "2"], [{"from": "1"}], [{"name": "x"}]]
)  # fmt: skip


@pytest.fixture(scope="module")
def stored() -> dict[str, list[dict[str, Any]]]:
    documents = Documents(Store(), 1)
    project = load_project(ROOT)
    few = {
        slug: project.campaigns[slug]
        for slug in ("onboarding", "nurture", "signup-park-cleanup", "weekly-digest", "receipt")
    }
    seed(documents, replace(project, campaigns=few), "qa", START)
    return {kind: documents.all(kind) for kind in READ}


CHANGES = st.lists(
    st.tuples(st.sampled_from(READ), st.integers(0, 10**6), st.integers(0, 10**6), JUNK), min_size=1, max_size=6
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(CHANGES)
def test_documents_with_anything_in_them_are_read_and_run(stored, changes):
    documents = Documents(Store(), 1)
    changed = copy.deepcopy(stored)
    for kind, which, field, junk in changes:
        one = changed[kind][which % len(changed[kind])]
        names = sorted(set(one) - KEPT)
        one[names[field % len(names)]] = junk
    for kind, rows in changed.items():
        for one in rows:
            documents.put(kind, int(one["id"]), one)
    decoded = decode(documents, "qa")
    calls = [
        identify(at=START, email="p@example.org", plan="pro", created_at=START - 86400, language="es"),
        *(
            track(name, at=START + at, data={"campaign_id": 9033, "type": "photo", "topic": "news", "subscribed": True})
            for at, name in enumerate(
                ("campaign_signup", "signed_up", "campaign_signup_post", "email_subscription_updated")
            )
        ),
    ]
    run = replay(decoded.project, "qa", calls, until=START + 40 * 86400, render="all")
    assert run.calls == 5
    documents.store.close()


@pytest.mark.parametrize("missing", ["trigger", "filters", "workflow_action_ids", "edges", "state", "type", "name"])
def test_a_campaign_without_one_of_its_fields_is_read(stored, missing):
    documents = Documents(Store(), 1)
    for kind, rows in stored.items():
        for one in rows:
            kept = {name: value for name, value in one.items() if kind != Kind.CAMPAIGN or name != missing}
            documents.put(kind, int(one["id"]), kept)
    decode(documents, "qa")
