"""`mailwright demo`: the repository's own campaigns over its own log."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_the_demo_ends_in_a_table_a_page_and_what_to_try_next(
    mailwright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = mailwright("demo")
    assert shown.code == 0
    assert "CAMPAIGN" in shown.out
    assert ".mailwright/demo/report.html" in shown.out
    page = (tmp_path / ".mailwright/demo/report.html").read_text("utf-8")
    assert page.count("<iframe") > 10
    next_one = next(line for line in shown.out.splitlines() if " explain " in line)
    explained = mailwright(*shlex.split(next_one)[1:])
    assert explained.code == 0
    assert "first to change:" in explained.out


def test_a_folder_that_cannot_be_made_is_told(mailwright: Run, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    shown = mailwright("demo", "--out", blocked / "below")
    assert shown.code == 3
    assert "cannot make" in shown.err
