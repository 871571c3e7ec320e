"""A person at a terminal is asked, and sees how far it is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import Any

import pytest


def at_a_terminal(shop: Any, answer: str, *flags: str) -> tuple[int, str]:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "mailwright", "-C", str(shop.root), "sync", "people", "--from", str(shop.table), "--to", "qa"]  # fmt: skip
    try:
        with subprocess.Popen([*words, *flags], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
            os.write(ours, answer.encode())
            process.communicate(timeout=60)
        os.close(theirs)
        return process.returncode, os.read(ours, 10_000).decode()
    finally:
        os.close(ours)


@pytest.mark.parametrize(("answer", "code", "there"), [("y\n", 0, ["1"]), ("n\n", 5, []), ("\n", 5, [])])
def test_nothing_is_sent_without_a_yes(shop: Any, answer: str, code: int, there: list[str]):
    shop.write(("1", "a@example.org", "A", "pro", "", ""))
    ended, shown = at_a_terminal(shop, answer)
    assert (ended, shop.everybody()) == (code, there)
    assert "Send 1 person to qa? [y/N]" in shown
    assert ("1 of 1 people sent" in shown) is (code == 0)
