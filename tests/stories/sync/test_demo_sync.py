"""`mailwright demo sync`: from drift to agreement and back, on two workspaces of this machine."""

from __future__ import annotations

import argparse

import pytest

from sync.demo import story


@pytest.mark.timeout(400)
def test_the_demo_goes_its_whole_way(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    story.add_arguments(parser)
    assert story.run(parser.parse_args([])) == 0
    shown = capsys.readouterr().out
    for command in ("drift prod qa", "pull prod", "plan qa", "apply qa.plan", "promote qa prod", "rollback "):
        assert f"$ mailwright {command}" in shown
    assert "Traceback" not in shown
