"""Segments and subscription topics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mailwright.definitions.base import Definition
from mailwright.definitions.condition_fields import FilterCondition


class Segment(Definition):
    """Who belongs: by a condition, or by hand (semantics R104 to R113)."""

    name: str = Field(min_length=1)
    description: str = ""
    where: FilterCondition | None = None
    """Membership follows this condition."""
    manual: bool = False
    """Membership changes only by explicit calls."""
    id: int | None = None
    """Its number in event logs of this project, where they name segments by number."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> Segment:
        if (self.where is not None) == self.manual:
            raise ValueError("a segment is by condition or by hand: one of `where` and `manual`")
        return self


class Topic(Definition):
    """A subscription topic of the subscription centre (semantics R87)."""

    id: int
    """Its number in `cio_subscription_preferences` (`topic_2`)."""
    name: str = Field(min_length=1)
    description: str = ""
    default: Literal["subscribed", "unsubscribed"] = "subscribed"
    """What a person who said nothing is: opt-out or opt-in."""


class TopicsFile(Definition):
    """`_shared/topics.yaml`."""

    topics: dict[str, Topic] = Field(default_factory=dict)
    channels: dict[str, Literal["subscribed", "unsubscribed"]] = Field(default_factory=dict)
    """The default of each channel; a channel not named is subscribed."""
