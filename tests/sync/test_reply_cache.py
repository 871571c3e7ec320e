"""Replies that were read earlier: when they stand for what is there, and when they are asked for again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.reply_cache import ReplyCache, open_cache

NOW = 1_000_000


def opened(root: Path, now: int = NOW, *, fresh: bool = False) -> ReplyCache:
    return open_cache(root, "campaigns", "qa", 7, now, lasts=86_400, fresh=fresh)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    first = opened(tmp_path)
    first.put("1", {"name": "Old"}, NOW - 100, NOW)
    first.put("2", {"name": "Just written"}, NOW - 1, NOW)
    first.put("3", {"name": "Without a stamp"}, None, NOW)
    first.keep()
    return tmp_path


@pytest.mark.parametrize(
    ("number", "stamp", "later", "found"),
    [
        pytest.param("1", NOW - 100, 5, {"name": "Old"}, id="not moved"),
        pytest.param("1", NOW, 5, None, id="moved"),
        pytest.param("1", None, 5, None, id="the list shows no stamp"),
        pytest.param("2", NOW - 1, 5, None, id="read in the second it was written"),
        pytest.param("3", None, 5, None, id="never had a stamp"),
        pytest.param("4", NOW, 5, None, id="never read"),
        pytest.param("1", NOW - 100, 86_400, None, id="read a day ago"),
        pytest.param("1", NOW - 100, -60, None, id="read in the future"),
    ],
)
def test_a_reply_stands_while_its_stamp_does(kept: Path, number: str, stamp: object, later: int, found: object):
    assert opened(kept, NOW + later).get(number, stamp) == found


def test_what_has_a_stamp_of_its_own_lasts_as_long_as_that(kept: Path):
    templates = open_cache(kept, "campaigns", "qa", 7, NOW + 10 * 86_400)
    assert templates.get("1", NOW - 100) == {"name": "Old"}


def test_fresh_knows_nothing_and_keeps_what_it_reads(kept: Path):
    fresh = opened(kept, NOW + 5, fresh=True)
    assert fresh.get("1", NOW - 100) is None
    fresh.put("1", {"name": "New"}, NOW - 50, NOW + 5)
    fresh.keep()
    assert opened(kept, NOW + 9).get("1", NOW - 50) == {"name": "New"}
    assert opened(kept, NOW + 9).get("2", NOW - 1) is None


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", '{"format": 1}', '{"format": 2, "replies": {"1": 5}}', "[" * 99999]
)
def test_a_cache_that_cannot_be_read_is_empty(kept: Path, text: str):
    (file,) = (kept / ".mailwright/cache/campaigns").glob("*.json")
    file.write_text(text)
    assert opened(kept).known == {}


def test_a_cache_that_cannot_be_written_costs_nothing_but_requests(tmp_path: Path):
    (tmp_path / ".mailwright").write_text("no folder")
    cache = opened(tmp_path)
    cache.put("1", {}, NOW - 100, NOW)
    cache.keep()
    assert opened(tmp_path).known == {}
