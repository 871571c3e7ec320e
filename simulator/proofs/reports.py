"""The answer to a question, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, assert_never

from simulator.proofs.answers import Answer, Proved, Refuted, Unknown
from simulator.proofs.samples import sample_as_yaml


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question as it was asked, what it claims in words, what a witness shows instead, and the answer."""

    question: str
    names: tuple[str, ...]
    claim: str
    opposite: str
    answer: Answer


def outcome_as_text(outcome: Outcome) -> str:
    """The witness where there is one, and the verdict on the last line."""
    match outcome.answer:
        case Proved(because=because):
            why = f" ({because})" if because else ""
            return f"proved: {outcome.claim}{why}\n"
        case Refuted(witness=witness):
            return f"{sample_as_yaml(witness)}\nrefuted: {outcome.opposite}\n"
        case Unknown(reason=reason):
            return f"unknown: whether {outcome.claim} could not be decided: {reason}\n"
        case _:
            assert_never(outcome.answer)


def outcome_as_json(outcome: Outcome) -> str:
    """The outcome as one JSON object; a witness both as values and as the file it would be."""
    found: dict[str, Any] = {
        "schema_version": 1,
        "question": outcome.question,
        "names": list(outcome.names),
        "claim": outcome.claim,
    }
    match outcome.answer:
        case Proved(because=because):
            found |= {"answer": "proved", "because": because}
        case Refuted(witness=witness):
            values = witness.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            found |= {
                "answer": "refuted",
                "because": outcome.opposite,
                "witness": values,
                "sample": sample_as_yaml(witness),
            }
        case Unknown(reason=reason):
            found |= {"answer": "unknown", "reason": reason}
        case _:
            assert_never(outcome.answer)
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
