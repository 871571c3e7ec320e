"""The prover by the clock and against the simulator.

`proofs.py campaigns`: all pairs of 50, 100, 200 and 400 campaigns of one event, CPU time and memory.
`proofs.py pairs --count 20000`: condition pairs drawn by chance, every answer tried in the simulator.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "building"))
SIZES = (50, 100, 200, 400)


def many_campaigns(count: int):
    """So many campaigns of one event that exclude each other: by id, a tenth of them by ranges, one for the rest."""
    from building import campaign, data, project

    from mailwright.definitions.conditions import All, Any, Not, Operator, Subject, Unclaimed

    ranges = count // 10
    ids = count - ranges - 1
    between = [
        data("campaign_id", 100_000 + 10 * number, 100_009 + 10 * number, operator=Operator.BETWEEN)
        for number in range(ranges)
    ]
    found = {f"id-{number}": campaign("joined", where=data("campaign_id", number)) for number in range(ids)}
    found |= {f"range-{number}": campaign("joined", where=where) for number, where in enumerate(between)}
    rest = Unclaimed(Subject.DATA, "campaign_id", "id-*", tuple(range(ids)))
    found["general"] = campaign("joined", where=All((rest, Not(Any(tuple(between))))))
    return project(found)


def prove_all(count: int) -> None:
    """Prove every pair of so many campaigns apart, and print the row of the table."""
    import resource

    project = many_campaigns(count)
    from simulator.proofs.answers import Proved
    from simulator.proofs.campaigns import meet, not_told_apart, rivals_by_event, unanswered
    from simulator.proofs.context import context_of

    start = time.process_time()
    (rivals,) = rivals_by_event(project).values()
    left = list(not_told_apart(rivals))
    by_index = time.process_time() - start
    context = context_of(project, "general")
    proved = sum(
        isinstance(meet(one.slug, other.slug, (one.condition, other.condition), context), Proved) for one, other in left
    )
    seconds = time.process_time() - start
    assert proved == len(left), "two campaigns were not told apart"
    complete = isinstance(unanswered(project, sorted(project.campaigns)), Proved)
    whole = time.process_time() - start - seconds
    pairs = count * (count - 1) // 2
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"| {count} | {pairs:,} | {pairs - len(left):,} | {len(left):,} | {by_index:.2f} | {seconds:.2f} "
        f"| {'complete' if complete else 'not complete'}, {whole:.2f} | {memory} |",
        flush=True,
    )


def try_pairs(count: int, seed: int) -> int:
    """Ask of so many pairs; gives how often the prover and the simulator disagree."""
    import conditions_by_chance as by_chance

    from mailwright.definitions.assumptions import Assumptions
    from simulator.conditions import Check
    from simulator.proofs import Context, Proved, Refuted, Unknown, disjoint, wider
    from simulator.proofs.trying import holds_for

    chance = Random(seed)
    context = Context(segments=by_chance.SEGMENTS)
    moments = [by_chance.moment(Random(number)) for number in range(300)]
    answers: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong = 0
    start = time.process_time()
    for _ in range(count):
        one, other = by_chance.pair(chance)
        ask, signs = chance.choice(((disjoint, (True, True)), (wider, (False, True))))
        answer = ask(one, other, context)
        answers[type(answer).__name__] += 1
        match answer:
            case Proved():
                checks = [Check(condition, Assumptions()) for condition in (one, other)]
                shown = any(tuple(check.holds(moment) for check in checks) == signs for moment in moments)
                wrong += shown
            case Refuted(witness=witness) if not _waits(one, other):
                wrong += tuple(holds_for(witness, [one, other], context)) != signs
            case Unknown(reason=reason):
                reasons[reason] += 1
            case _:
                pass
    print(f"{count:,} pairs in {time.process_time() - start:.0f} s: {dict(answers)}, disagreements {wrong}")
    for reason, times in reasons.most_common():
        print(f"  unknown {times}: {reason}")
    return wrong


def _waits(*conditions: object) -> bool:
    return any("Happens(" in repr(condition) for condition in conditions)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("campaigns", "pairs", "one-size"))
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.what == "pairs":
        return 1 if try_pairs(args.count, args.seed) else 0
    if args.what == "one-size":
        prove_all(args.count)
        return 0
    print("| campaigns | pairs | by index | by the prover | index s | all pairs s | as a group, s | peak MB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for size in SIZES:  # each in a process of its own, so that its memory is its own
        subprocess.run([sys.executable, __file__, "one-size", "--count", str(size)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
