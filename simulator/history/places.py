"""Where a history is kept: a file, a folder, a database or a bucket; and what may be said of the place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from mailwright.diagnostics import ConfigurationError

DATABASES = ("postgresql", "postgres", "sqlite", "mysql", "mariadb")
BUCKETS = ("s3", "gs", "gcs", "r2", "https", "http")
_OF_TIME = frozenset(
    {"year", "month", "day", "hour", "minute", "date", "dt", "ds", "ts", "time", "week", "event_date", "received_date"}
)
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def scheme_of(place: str) -> str:
    """The scheme of a URL, without a driver's name; empty for what is a path."""
    scheme, found, _ = place.partition("://")
    return scheme.lower().partition("+")[0] if found and scheme.replace("+", "").isalnum() else ""


def is_database(place: str) -> bool:
    """Whether the place is a database's URL."""
    return scheme_of(place) in DATABASES


def is_bucket(place: str) -> bool:
    """Whether the place is on the network: a bucket, or a file by its URL."""
    return scheme_of(place) in BUCKETS


def is_file(place: str) -> bool:
    """Whether the place is a path, or standard input."""
    return not is_database(place) and not is_bucket(place)


def asking(place: str, query: str | None) -> str:
    """The database's URL with the query to read.

    Raises: ConfigurationError when a query goes with something else.
    """
    if query is None:
        return place
    if not is_database(place):
        raise ConfigurationError("--query goes with the URL of a database", hint="postgresql://host/name")
    joint = "&" if "?" in place else "?"
    return f"{place}{joint}{urlencode({'query': query})}"


def public_name(place: str) -> str:
    """The place without passwords, keys and queries."""
    if is_file(place):
        return place
    parts = urlsplit(place)
    host = parts.netloc.rpartition("@")[2]
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key == "table"]
    return f"{parts.scheme}://{host}{parts.path}{'?' if kept else ''}{urlencode(kept)}"


def short_name(place: str) -> str:
    """What a report calls the place: its last part, so that a report says nothing of this machine."""
    if place == "-":
        return "standard input"
    if is_file(place):
        return Path(place).name or place
    parts = urlsplit(place)
    table = dict(parse_qsl(parts.query)).get("table")
    last = parts.path.rstrip("/").rpartition("/")[2] or parts.scheme
    return f"{last}, table {table}" if table else last


def partition_of(file: str) -> Mapping[str, str]:
    """What the folders above *file* say of all its rows, as Hive and Spark name them: `event=signed_up/`."""
    found: dict[str, str] = {}
    for part in os.path.dirname(file).split(os.sep):
        key, is_there, value = part.partition("=")
        if is_there and key and value != _NO_VALUE:
            found[unquote(key)] = unquote(value)
    return found


def is_apart_by_time(file: str) -> bool:
    """Whether the folders above *file* stand for times alone, so that files by name are files by time."""
    return all(key.lower() in _OF_TIME for key in partition_of(file))
