"""Who is where: people, segments, audiences, as the running part knows them now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.workspace.app_filters import matches
from simulator.workspace.encoding import decode
from simulator.workspace.records import PersonRecord, Records
from simulator.workspace.space import Space


def records(space: Space) -> Records:
    """What the running part of a workspace keeps."""
    running: Records = space.running
    return running


def members(space: Space, segment: Mapping[str, Any]) -> list[PersonRecord]:
    """Who is in a segment now."""
    return records(space).segment_members(segment["id"])


def filtered(space: Space, tree: Any) -> list[PersonRecord]:
    """Who a filter of the App API takes now."""
    return [person for person in records(space).everyone() if matches(space, person, tree)]


def audience_of(space: Space, newsletter: Mapping[str, Any]) -> list[PersonRecord]:
    """Who a newsletter would go to now, if nobody were unsubscribed.

    Assumed: one without recipients goes to nobody; `send_percentage` is not looked at.
    """
    if newsletter["recipients"]:
        return filtered(space, newsletter["recipients"])
    conditions = decode(newsletter["filters"])
    return records(space).matching(conditions) if conditions else []


def count_people(space: Space) -> int:
    """How many profiles there are."""
    return sum(1 for _ in records(space).everyone())


def count_objects(space: Space) -> int:
    """How many objects there are."""
    return records(space).object_count()
