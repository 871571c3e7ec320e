"""What was last agreed, as a file that merges like text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.diagnostics import ConfigurationError
from sync.ledger import Ledger, ledger_path, read_ledger
from sync.naming import layout_version, slug_of, unique_slug
from sync.snapshot import Address, Document, Kind, canonical

SLUGS = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
DOCUMENTS = st.builds(
    lambda kind, slug, data: Document(Address(kind, slug), {name: canonical(value) for name, value in data.items()}),
    st.sampled_from(Kind),
    SLUGS,
    st.dictionaries(SLUGS, VALUES, max_size=4),
)


@given(st.lists(DOCUMENTS, max_size=6))
def test_a_ledger_is_read_as_it_was_written(tmp_path_factory, documents):
    root = tmp_path_factory.mktemp("ledger")
    ledger = Ledger("qa", 4020, "us")
    for number, one in enumerate(documents):
        ledger.agree(one, {"id": number, "actions": {"hello": "9"}})
    assert ledger.save(root) is True
    again = read_ledger(root, "qa")
    assert again == ledger
    assert again.save(root) is False, "a file that says the same is not written again"


def test_each_agreed_field_has_a_line_of_its_own(tmp_path):
    ledger = Ledger("qa")
    for slug in ("b", "a"):
        ledger.agree(Document(Address(Kind.SNIPPET, slug), {"name": '"x"', "value": '"line\\nline"'}), {"id": 4})
    ledger.save(tmp_path)
    text = ledger_path(tmp_path, "qa").read_text()
    assert text.splitlines().count(' "value": "line\\nline"') == 2
    assert text.index("snippet a") < text.index("snippet b")
    json.loads(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<<<<<<< HEAD\n{}", "is no ledger"),
        ('{"format": 9, "workspace": {}, "ids": {}, "agreed": {}}', "has format 9"),
        ('{"format": 1}', "is no ledger"),
        ('{"format": 1, "workspace": {}, "ids": {"moon x": {}}, "agreed": {}}', "is no ledger"),
        ("[]", "is no ledger"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_told_of(tmp_path, text, said):
    path = ledger_path(tmp_path, "qa")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_ledger(tmp_path, "qa")


def test_a_ledger_that_cannot_be_written_stays_as_it_was(tmp_path):
    folder = ledger_path(tmp_path, "qa").parent
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="cannot write"):
        Ledger("qa").save(tmp_path)
    assert folder.read_text() == "a file where the folder should be"


def test_what_a_person_bound_comes_before_what_was_known():
    ledger = Ledger("qa")
    ledger.agree(Document(Address(Kind.CAMPAIGN, "old"), {}), {"id": 61})
    ledger.agree(Document(Address(Kind.CAMPAIGN, "welcome"), {}), {"id": 7})
    ledger.bind(Kind.CAMPAIGN, "welcome", "61")
    assert ledger.slugs(Kind.CAMPAIGN) == {"61": "welcome"}
    assert len(ledger.snapshot) == 0, "what was agreed on of other things under these names has ended"
    ledger.bind(Kind.CAMPAIGN, "welcome", "62")
    assert ledger.slugs(Kind.CAMPAIGN) == {"62": "welcome"}


def test_numbers_of_different_kinds_of_messages_do_not_clash():
    ledger = Ledger("qa")
    ledger.agree(Document(Address(Kind.CAMPAIGN, "receipt"), {}), {"id": 2, "via": "transactional"})
    ledger.agree(Document(Address(Kind.CAMPAIGN, "welcome"), {}), {"id": 2})
    assert ledger.slugs(Kind.CAMPAIGN) == {"transactional/2": "receipt", "2": "welcome"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Campaign Signup: Cards for Seniors", "campaign-signup-cards-for-seniors"),
        ("  Ünïversity & Straße ", "university-and-strasse"),
        ("You're in!", "youre-in"),
        ("日本", "unnamed"),
        ("2026/01 — News", "2026-01-news"),
    ],
)
def test_a_name_becomes_a_slug(name, slug):
    assert slug_of(name) == slug


def test_a_slug_that_is_taken_gets_the_things_own_number_and_then_a_count():
    assert unique_slug("news", {"other"}, 7) == "news"
    assert unique_slug("news", {"news"}, 7) == "news-7"
    assert unique_slug("news", {"news", "news-7"}, 7) == "news-2"


@pytest.mark.parametrize(
    ("name", "parts"),
    [("DS Default v2", ("DS Default", 2)), ("Plain", ("Plain", 1)), ("v2", ("v2", 1)), ("Base v02", ("Base v02", 1))],
)
def test_a_layouts_version_is_the_end_of_its_name(name, parts):
    assert layout_version(name) == parts
