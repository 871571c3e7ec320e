"""The stages of a replay on a cluster, one after the other in this process: what Spark adds is machines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mailwright.definitions.project import Project
from simulator.cluster.blocks import BLOCK, PATH, VALUE, lines_read
from simulator.cluster.log_order import log_order, repeats_among
from simulator.cluster.parts import FACTS, IDS, facts_from_bytes
from simulator.cluster.reading import Assignment, Reader
from simulator.cluster.replaying import SetCounts, Work, counts_from, project_as_bytes, replayed
from simulator.cluster.whole_log import roots_of, tied_pairs
from simulator.cluster.worker_faults import Fault
from simulator.content import compile_content
from simulator.replay import LOOK_AHEAD
from simulator.wanting import wanted_by

Row = tuple[object, ...]


@dataclass
class Found:
    counts: list[SetCounts | Fault]
    deliveries: list[Row]
    facts: list[object]


def blocks_of(files: Sequence[bytes], sizes: int) -> Iterator[list[pa.RecordBatch]]:
    """The lines of each file cut into blocks of so many, each as a task would get it."""
    for number, content in enumerate(files):
        lines = content.split(b"\n")[: -1 if content.endswith(b"\n") else None]
        at = 0
        for start in range(0, len(lines), sizes):
            own = lines[start : start + sizes]
            yield [batch_of(own[:2], f"/log{number}", at), batch_of(own[2:], f"/log{number}", at)]
            at += sum(len(line) + 1 for line in own)


def batch_of(lines: Sequence[bytes], path: str, block: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            VALUE: pa.array(lines, pa.binary()),
            PATH: pa.array([path] * len(lines), pa.string()),
            BLOCK: pa.array([block] * len(lines), pa.int64()),
        }
    )


def replayed_by_hand(
    project: Project,
    files: Sequence[bytes],
    *,
    sets: int = 3,
    lines_a_block: int = 3,
    until: int | None = None,
    deliveries: bool = False,
    chance: random.Random | None = None,
) -> Found:
    """The log replayed set by set, its blocks read in any order."""
    content = compile_content(project)

    def read(assignment: Assignment) -> list[dict[str, object]]:
        reader = Reader(
            wanted_by(content),
            {f"/log{number}": number for number in range(len(files))},
            tuple(f"log{number}" for number in range(len(files))),
            assignment,
            until,
            project.people.identifier != "id",
        )
        tasks = list(blocks_of(files, lines_a_block))
        (chance or random.Random(1)).shuffle(tasks)
        return [row for task in tasks for batch in lines_read(task, reader) for row in batch.to_pylist()]

    rows = read(Assignment(1 if content.crosses_people else sets))
    facts = [facts_from_bytes(row["content"]) for row in rows if row["people"] == FACTS]
    if any(one.about_everybody for one in facts):
        rows = read(Assignment(1))
    elif any(one.ties for one in facts):
        roots = roots_of(tied_pairs(row["content"] for row in rows if row["people"] >= 0))
        rows = read(Assignment(sets, roots, ties_matter=True))
        facts = [facts_from_bytes(row["content"]) for row in rows if row["people"] == FACTS]
    order = log_order(facts)
    places: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows:
        if row["people"] == IDS:
            for rank, one in enumerate(row["ids"], row["first"]):
                places.setdefault(one, []).append((row["file"], row["block"], rank))
    repeats = repeats_among(places.values(), order, content.assumptions.event_id_memory)
    stop = until if until is not None else (order.newest or 0) + LOOK_AHEAD
    work = Work(
        project_as_bytes(project), None, "outcome", stop, order.places, repeats.ranks,
        tuple(f"log{number}" for number in range(len(files))), deliveries, True,
    )  # fmt: skip
    kept = sorted(
        (row for row in rows if row["people"] >= 0),
        key=lambda row: (row["people"], row["file"], row["block"], row["first"]),
    )
    names = ("people", "file", "block", "content")
    batches = [pa.RecordBatch.from_pydict({name: [row[name]] for name in names}) for row in kept]
    found = Found([], [], facts)
    for batch in replayed(batches, work):
        for row in batch.to_pylist():
            counts = row.pop("counts")
            if counts is None:
                found.deliveries.append(tuple(row.values()))
            else:
                found.counts.append(counts_from(counts))
    return found
