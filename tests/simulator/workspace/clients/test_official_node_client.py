"""The official Node client, unchanged: every call it has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "data" / "node"
INSTALLED = Path(sys.prefix) / "node" / "node_modules"


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node on this machine")
    if not (INSTALLED / "customerio-node").is_dir():
        said = f"the official client is not in {INSTALLED.relative_to(sys.prefix)} of this Python's environment"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(f"{said}; ./mw test puts it there")
    return found


def test_every_call_of_the_node_client_is_answered(serving, campaign: int, node: str):
    serving.admin("POST", "/_limits", {"app": 0, "sends": 0, "broadcasts": 0})
    environment = {
        "PATH": os.environ.get("PATH", ""), "NODE_PATH": str(INSTALLED), "MAILWRIGHT_CAMPAIGN": str(campaign),
        "MAILWRIGHT_WORKSPACE": json.dumps(serving.prod),
    }  # fmt: skip
    ran = subprocess.run(
        [node, DATA / "calls.cjs"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    results = dict(json.loads(ran.stdout))
    print("\n".join(f"{name:55} {result}" for name, result in results.items()))
    expected = {name: "400" if "(unknown)" in name else "ok" for name in results}
    assert results == expected
    assert len(results) > 180
