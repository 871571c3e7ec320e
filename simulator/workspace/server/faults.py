"""What goes wrong on demand: rules that match requests, and what they do to them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from simulator.workspace.routes import Surface
from simulator.workspace.server.limits import Limit
from simulator.workspace.server.refusals import too_many


class FaultKind(StrEnum):
    """What a rule does to the requests it matches."""

    LIMITED = "limited"  # 429 instead of the effect; `retry_after`: seconds, "date", or null for none
    ERROR = "error"  # `status` (500) instead of the answer, before or after the effect
    SLOW = "slow"  # `seconds` longer, before or after the effect
    RESET = "reset"  # the connection is cut, before or after the effect
    STALE = "stale"  # a read answers what it would have answered before the last write
    STALE_ECHO = "stale_echo"  # a write answers what a read would have answered before it
    LOST_ROW = "lost_row"  # a list lacks one of its rows


class FaultError(ValueError):
    """A rule that cannot be: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Requests that match, which of them, and what happens to those.

    *path* is a pattern of the path without its surface: `*` stands for anything, `{…}` for one part of it. Of the
    requests that match, those numbered in *nth* (from 1) are hit, else those that chance chooses; *times* at most.
    """

    kind: FaultKind
    number: int = 0
    surface: Surface | None = None
    method: str = "*"
    path: str = "*"
    workspace: int | None = None
    nth: tuple[int, ...] = ()
    probability: float = 1.0
    seed: int = 0
    times: int | None = None
    when: str = "before"
    status: int = 500
    seconds: float = 1.0
    retry_after: int | str | None = 1

    def matches(self, surface: Surface, method: str, path: str, workspace: int | None) -> bool:
        """Whether a request is one of those it is about; one of no workspace has to be named by its whole path."""
        if workspace is None and self.path != path:
            return False
        return (
            self.surface in (None, surface)
            and self.workspace in (None, workspace)
            and fnmatchcase(method, self.method.upper())
            and _path_matches(self.path, path)
        )

    def shown(self) -> dict[str, Any]:
        """The rule as data, as it may be given again."""
        names = [name for name in self.__slots__ if name not in ("number", "nth")]
        return {"id": self.number, **{name: getattr(self, name) for name in names}, "nth": list(self.nth)}


def _path_matches(pattern: str, path: str) -> bool:
    parts, asked = pattern.split("/"), path.split("/")
    if "*" not in pattern and len(parts) != len(asked):
        return False
    if len(parts) == len(asked):
        return all(
            (part.startswith("{") and part.endswith("}")) or fnmatchcase(one, part)
            for part, one in zip(parts, asked, strict=True)
        )
    return fnmatchcase(path, pattern)


def rule_from(given: Mapping[str, Any]) -> Rule:
    """The rule that some data describes.

    Raises: FaultError when it says something unknown or impossible.
    """
    known = set(Rule.__slots__) - {"number"} | {"id"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise FaultError(f"'{unknown[0]}' is nothing a rule has: it has {', '.join(sorted(known - {'id'}))}")
    values = {name: value for name, value in given.items() if name != "id" and value is not None}
    try:
        values["kind"] = FaultKind(values.get("kind", ""))
        if "surface" in values:
            values["surface"] = Surface(values["surface"])
    except ValueError as error:
        kinds = ", ".join(FaultKind)
        raise FaultError(f"{error}; a kind is one of {kinds}, a surface one of {', '.join(Surface)}") from None
    if "retry_after" in given:
        values["retry_after"] = given["retry_after"]
    nth = values.get("nth", [])
    if not isinstance(nth, int | list):
        raise FaultError("'nth' is a number, or a list of numbers")
    values["nth"] = tuple([nth] if isinstance(nth, int) else nth)
    rule = Rule(**values)
    _check(rule)
    return rule


_TYPES: Mapping[str, tuple[type, ...]] = {
    "method": (str,), "path": (str,), "workspace": (int, type(None)), "probability": (int, float), "seed": (int,),
    "times": (int, type(None)), "when": (str,), "status": (int,), "seconds": (int, float),
    "retry_after": (int, str, type(None)),
}  # fmt: skip


def _check(rule: Rule) -> None:
    for name, types in _TYPES.items():
        value = getattr(rule, name)
        if not isinstance(value, types) or isinstance(value, bool):
            raise FaultError(f"'{name}' cannot be of that type")
    if not all(isinstance(one, int) and one >= 1 for one in rule.nth):
        raise FaultError("'nth' counts from 1")
    if rule.when not in ("before", "after"):
        raise FaultError("'when' is before or after, the effect")
    if not 0 <= rule.probability <= 1:
        raise FaultError("'probability' is between 0 and 1")
    if not 400 <= rule.status <= 599:
        raise FaultError("'status' is between 400 and 599")
    if not 0 <= rule.seconds <= 600:
        raise FaultError("'seconds' is between 0 and 600")
    if isinstance(rule.retry_after, str) and rule.retry_after != "date":
        raise FaultError("'retry_after' is a number of seconds, \"date\", or null for none")


@dataclass
class Faults:
    """The rules of one server, in the order they were added, and how often each matched."""

    rules: list[Rule] = field(default_factory=list)
    matched: dict[int, int] = field(default_factory=dict)
    hits: dict[int, int] = field(default_factory=dict)
    _chance: dict[int, random.Random] = field(default_factory=dict)
    _added: int = 0

    def add(self, rule: Rule) -> Rule:
        """Keep a rule; it gets the next number."""
        self._added += 1
        kept = replace(rule, number=self._added)
        self.rules.append(kept)
        self.matched[kept.number] = self.hits[kept.number] = 0
        self._chance[kept.number] = random.Random(kept.seed)  # noqa: S311  # a reproducible fault, no secret
        return kept

    def remove(self, number: int | None = None) -> None:
        """Forget one rule, or all."""
        self.rules = [rule for rule in self.rules if number not in (None, rule.number)]

    def hitting(self, surface: Surface, method: str, path: str, workspace: int | None) -> list[Rule]:
        """The rules that hit this request. Each rule counts and draws for itself."""
        found = []
        for rule in self.rules:
            if not rule.matches(surface, method, path, workspace):
                continue
            self.matched[rule.number] += 1
            drawn = self._chance[rule.number].random() < rule.probability
            chosen = self.matched[rule.number] in rule.nth if rule.nth else drawn
            if chosen and (rule.times is None or self.hits[rule.number] < rule.times):
                self.hits[rule.number] += 1
                found.append(rule)
        return found

    def may_be_stale(self) -> bool:
        """Whether some rule answers with what was."""
        return any(rule.kind in (FaultKind.STALE, FaultKind.STALE_ECHO) for rule in self.rules)

    def shown(self) -> list[dict[str, Any]]:
        """Every rule as data, with how often it matched and hit."""
        return [
            {**rule.shown(), "matched": self.matched[rule.number], "hits": self.hits[rule.number]}
            for rule in self.rules
        ]

    def lacking_a_row(self, rule: Rule, body: Any) -> Any:
        """A list's answer without one of its rows; anything else as it is."""
        if not isinstance(body, dict):
            return body
        for name, rows in body.items():
            if isinstance(rows, list) and rows:
                lost = self._chance[rule.number].randrange(len(rows))
                return {**body, name: [row for at, row in enumerate(rows) if at != lost]}
        return body


def limited(rule: Rule, limit: Limit) -> Exception:
    """The refusal of a `limited` rule: 429, with or without word when to come back."""
    if isinstance(rule.retry_after, str):
        refusal = too_many(limit.count or 10, limit.seconds, f"fault-{rule.number}", 1)
        later = datetime.now(UTC) + timedelta(seconds=2)
        refusal.reply = replace(refusal.reply, headers={"Retry-After": format_datetime(later, usegmt=True)})
        return refusal
    return too_many(limit.count or 10, limit.seconds, f"fault-{rule.number}", rule.retry_after)
