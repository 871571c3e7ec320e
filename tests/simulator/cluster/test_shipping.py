"""This program's own modules travel as one file that Python imports from."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from simulator.cluster.shipping import packed

TRY = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import mailwright, simulator.cluster.blocks, simulator.cluster.replaying
assert all(".zip" in module.__file__ for module in (mailwright, simulator)), simulator.__file__
from mailwright import load_project
from simulator.cluster.replaying import project_as_bytes, without_people
counts = without_people(load_project(sys.argv[3]), None, "outcome", 0)
print(counts.run.people, len(counts.run.workspace) > 0)
"""


def test_the_packed_modules_replay_without_an_installation(tmp_path: Path):
    twelve = Path(__file__).resolve().parents[3] / "benchmarks" / "twelve"
    words = [str(packed(tmp_path)), sysconfig.get_path("purelib"), str(twelve)]
    # -S: the installation of this checkout is not seen, only the packages it needs.
    done = subprocess.run([sys.executable, "-S", "-c", TRY, *words], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0 True\n"
    assert packed(tmp_path).stat().st_size < 5_000_000
