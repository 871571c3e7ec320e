"""How time and memory grow with lines, campaigns and processes; each point is a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from contents import content_of

from simulator.log_tally import tally_log


def point(log: Path, campaigns: int, processes: int, way: str = "columns") -> dict[str, float]:
    """One replay in a fresh process, in *columns* or by *calls*. Units: seconds by the wall, megabytes."""
    line = [sys.executable, __file__, str(log), str(campaigns), str(processes), way]
    return json.loads(subprocess.run(line, capture_output=True, text=True, check=True).stdout)  # type: ignore[no-any-return]  # the child prints an object


def main(log: str, campaigns: int, processes: int, way: str) -> None:
    """Replay, and print what it took."""
    project = content_of(campaigns)
    start = time.perf_counter()
    bulk_from = 0 if way == "columns" else 10**15
    counts = tally_log(project, None, [log], render="none", processes=processes, on_bad=print, bulk_from=bulk_from)
    seconds = time.perf_counter() - start
    if (counts.whole == "") is not (way == "columns"):
        raise SystemExit(f"not counted in columns: {counts.whole}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if processes > 1 and way == "calls" else 0
    peak = (own + processes * largest_child) // 1024  # of several processes at most this much
    entered = sum(tally.entered for tally in counts.summary.campaigns.values())
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": peak, "journeys": entered, "people": counts.run.people}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
