"""Who touched a thing last: a workspace's audit log joined with what we call its things.

Assumed: an entry holds `created`, `user.name`, `object_type` and `object_id`; that there is a log is all that is
public. An entry without one of them is passed over, so drift is told without a name rather than not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sync.drift import Blame
from sync.snapshot import Address, Kind

_TYPES = {"broadcast": Kind.CAMPAIGN, "newsletter": Kind.CAMPAIGN, "transactional_message": Kind.CAMPAIGN}
_MESSAGE_TYPES = ("action", "template", "email_action")


def blames(
    entries: Iterable[Mapping[str, Any]], ids: Mapping[Address, Mapping[str, Any]], environment: int | None
) -> dict[Address, Blame]:
    """Who touched each thing last; *ids* are the ledger's, *environment* is the workspace whose entries count."""
    by_id = _by_id(ids)
    found: dict[Address, Blame] = {}
    for entry in sorted(entries, key=_moment):
        if environment is not None and str(entry.get("environment_id", environment)) != str(environment):
            continue
        address = by_id.get((str(entry.get("object_type")), str(entry.get("object_id"))))
        user = entry.get("user")
        who = str(user.get("name") or "") if isinstance(user, Mapping) else ""
        if address is not None and who:
            found[address] = Blame(who, datetime.fromtimestamp(_moment(entry), UTC) if _moment(entry) else None)
    return found


def _by_id(ids: Mapping[Address, Mapping[str, Any]]) -> dict[tuple[str, str], Address]:
    found: dict[tuple[str, str], Address] = {}
    for address, known in ids.items():
        if address.kind is Kind.MESSAGE:
            # A message is an action with a template; either may have been touched.
            for name in _MESSAGE_TYPES:
                number = known.get("template" if name == "template" else "action", known.get("id"))
                if number is not None:
                    found[name, str(number)] = address
            continue
        for name in (address.kind.value, *(key for key, kind in _TYPES.items() if kind is address.kind)):
            if known.get("id") is not None:
                found[name, str(known["id"])] = address
    return found


def _moment(entry: Mapping[str, Any]) -> float:
    created = entry.get("created", 0)
    is_number = isinstance(created, int | float) and not isinstance(created, bool)
    return float(created) if is_number and 0 < created < 1e11 else 0.0
