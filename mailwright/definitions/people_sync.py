"""How the columns of a company's own table of people become attributes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailwright.definitions.base import Definition
from mailwright.definitions.names import AttributeName

Wanted = bool | int | float | str | list[bool | int | float | str]


class PeopleSync(Definition):
    """`_shared/people-sync.yaml`: what `mailwright sync people` makes of a table."""

    key: str | None = None
    """The column that tells people apart; none: the one that becomes the identifier of people.yaml."""
    columns: dict[str, AttributeName | None] = Field(default_factory=dict)
    """Column to attribute, where the names differ; null leaves the column out."""
    others: Literal["by_name", "leave_out"] = "by_name"
    """What becomes of columns that are not named here."""
    empty: Literal["leave", "remove"] = "leave"
    """What an empty cell does to the attribute that a person has."""
    zone: str = "UTC"
    """The time zone of dates and times that name none."""
    suppress_where: dict[str, Wanted] = Field(default_factory=dict)
    """Column to value, or several; a row in which all of them hold is somebody who opted out of everything."""
    unsubscribe_where: dict[str, Wanted] = Field(default_factory=dict)
    """Likewise for somebody who gets no messages but stays a profile: the attribute `unsubscribed` becomes true."""
