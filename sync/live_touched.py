"""How the part of a workspace stands that a plan touches: enough to carry it out, and far less than all of it.

A condition may name a message of another campaign. Where the ledger does not know it, or a campaign says something that
no file can, only a reading of everything tells what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sync.clients.refusals import WorkspaceRefusal
from sync.clients.transport import CONNECTIONS
from sync.ledger import Ledger
from sync.live_ui import UiReading
from sync.plan import Action, Change, Plan
from sync.plan_making import campaign_of
from sync.snapshot import Address, Kind
from sync.standing import Live

Json = dict[str, Any]


def read_touched(reading: UiReading, plan: Plan) -> Live | None:
    """What *plan* needs of the workspace; None: nothing less than all of it tells.

    Raises: WorkspaceError.
    """
    ledger = reading.matching.ledger
    live = reading.read_names()
    owners = _owners(plan, ledger)
    if owners is None or any(named not in live.names.actions for named in _named_in(plan)):
        return None
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        replies = list(pool.map(lambda one: _campaign(reading, one[1]), owners))
    found = [(slug, reply) for (slug, _), reply in zip(owners, replies, strict=True) if reply is not None]
    steps = {slug: reading.steps(slug, reply) for slug, reply in found}
    for slug, reply in found:
        reading.put_campaign(slug, reply, steps[slug])
    return None if live.unseen else live


def _owners(plan: Plan, ledger: Ledger) -> list[tuple[str, int]] | None:
    """The campaigns with a workflow that the plan touches, and their numbers; None: the ledger lacks one.

    A campaign that is made has no number yet.
    """
    made = {
        one.address.slug for one in plan.changes if one.action is Action.CREATE and one.address.kind is Kind.CAMPAIGN
    }
    found = {}
    for slug in sorted({campaign_of(one.address) for one in plan.changes if _has_owner(one)} - made):
        ids = ledger.ids.get(Address(Kind.CAMPAIGN, slug))
        if ids is None:
            return None
        if ids.get("via", "campaign") == "campaign":
            found[slug] = int(ids["id"])
    return list(found.items())


def _has_owner(change: Change) -> bool:
    return change.address.kind in (Kind.CAMPAIGN, Kind.MESSAGE)


def _named_in(plan: Plan) -> Iterator[tuple[str, str]]:
    """The messages that the plan's new conditions name, but for those of the campaign that names them."""
    for change in plan.changes:
        for one in change.fields:
            for message in _messages(None if one.after is None else json.loads(one.after)):
                campaign = message.get("campaign")
                if isinstance(campaign, str) and campaign != change.address.slug:
                    yield campaign, str(message.get("step"))


def _messages(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if isinstance(value.get("message"), dict):
            yield value["message"]
        for part in value.values():
            yield from _messages(part)
    elif isinstance(value, list):
        for part in value:
            yield from _messages(part)


def _campaign(reading: UiReading, number: int) -> Json | None:
    try:
        return reading.ui.campaign(number)
    except WorkspaceRefusal as error:
        if error.status == 404:
            return None
        raise
