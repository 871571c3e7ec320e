"""What a workspace's numbers mean, as its ledger knows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailwright.diagnostics import ConfigurationError
from sync.ledger import FOLDER, Ledger, ledger_path, read_ledger
from sync.snapshot import Kind


@dataclass(frozen=True, slots=True)
class KnownNumbers:
    """Numbers by what they are of (`campaign/61`, `newsletter/2`) → slug; of actions → campaign and message."""

    parents: Mapping[str, str]
    actions: Mapping[str, tuple[str, str]]
    only_messages: Mapping[str, str]  # campaign with one message → that message


def known_numbers(root: Path, workspace: str) -> KnownNumbers:
    """The numbers that the ledger of *workspace* holds.

    Raises: ConfigurationError when there is no ledger yet, or it cannot be read.
    """
    if not ledger_path(root, workspace).is_file():
        message = f"nothing is known yet of what the workspace '{workspace}' calls the campaigns"
        raise ConfigurationError(message, hint=f"mailwright pull {workspace} writes {FOLDER}/{workspace}.json")
    return numbers_in(read_ledger(root, workspace))


def numbers_in(ledger: Ledger) -> KnownNumbers:
    """The numbers that a ledger holds."""
    parents = {}
    for key, slug in ledger.slugs(Kind.CAMPAIGN).items():
        parents[key if "/" in key else f"campaign/{key}"] = slug
    actions: dict[str, tuple[str, str]] = {}
    messages: dict[str, set[str]] = defaultdict(set)
    for address, ids in ledger.ids.items():
        if address.kind is Kind.MESSAGE and "/" in address.slug and "language" not in ids:
            campaign, _, message = address.slug.partition("/")
            messages[campaign].add(message)
            if str(ids.get("action", "")).isdigit():
                actions[str(ids["action"])] = (campaign, message)
    only = {campaign: next(iter(found)) for campaign, found in messages.items() if len(found) == 1}
    return KnownNumbers(parents, actions, only)
