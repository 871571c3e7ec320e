"""The counts of a large log in columns: DuckDB reads it, numpy sorts it, and the engine runs one journey of each class.

Two entries into a campaign are of one *class* when nothing that anything asks tells them apart: the event's data, the
person's attributes at entry, what changed afterwards and in which stretch between two steps. The engine runs one of
each class, so the meaning is the engine's; here is only which entries are alike. Content or a log that this way of
counting cannot take, and people who do what it does not know, go to the engine whole (`NotRegular`).
"""

from __future__ import annotations


class NotRegular(Exception):
    """The content, or the log, is for the engine; the message says what of it."""
