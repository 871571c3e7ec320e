"""Histories in a bucket or behind a URL, read by DuckDB's own way there, a piece at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError
from simulator.history.parquet import SETTINGS, rows_of_parquet
from simulator.history.places import public_name, scheme_of
from simulator.history.refusals import Refusals

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from simulator.history.calls import Call

_LINES = 2_000
_SECRETS: dict[str, tuple[str, Mapping[str, str]]] = {
    "s3": (
        "s3",
        {
            "KEY_ID": "AWS_ACCESS_KEY_ID",
            "SECRET": "AWS_SECRET_ACCESS_KEY",
            "SESSION_TOKEN": "AWS_SESSION_TOKEN",
            "REGION": "AWS_REGION",
            "ENDPOINT": "AWS_ENDPOINT",
        },
    ),
    "gs": ("gcs", {"KEY_ID": "GCS_ACCESS_KEY_ID", "SECRET": "GCS_SECRET_ACCESS_KEY"}),
    "r2": (
        "r2",
        {"KEY_ID": "R2_ACCESS_KEY_ID", "SECRET": "R2_SECRET_ACCESS_KEY", "ACCOUNT_ID": "R2_ACCOUNT_ID"},
    ),
}
_SECRETS["gcs"] = _SECRETS["gs"]


@contextmanager
def bucket(url: str) -> Iterator[DuckDBPyConnection]:
    """A connection that reaches what the URL names.

    Raises: ConfigurationError when DuckDB's extension for it is not on this machine.
    """
    import duckdb

    with duckdb.connect(config=SETTINGS) as database:
        try:
            database.execute("LOAD httpfs")
        except duckdb.Error as error:
            raise ConfigurationError(
                f"'{public_name(url)}' needs DuckDB's httpfs extension, which is not on this machine",
                hint="once, with a network: python -c \"import duckdb; duckdb.sql('INSTALL httpfs')\"",
            ) from error
        keys = keys_for(scheme_of(url), os.environ)
        if keys:
            database.execute(keys)
        yield database


def keys_for(scheme: str, environment: Mapping[str, str]) -> str:
    """The statement that hands DuckDB the environment's keys, named as every tool of the provider names them."""
    kind, variables = _SECRETS.get(scheme, ("", {}))
    given = {key: environment[name] for key, name in variables.items() if environment.get(name)}
    settings = ", ".join(f"{key} {_quoted(value)}" for key, value in given.items())
    return f"CREATE SECRET (TYPE {kind}, {settings})" if given else ""


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def files_at(url: str) -> list[str]:
    """The files that a URL stands for: itself, those that fit its pattern, or those under it; sorted.

    Raises: ConfigurationError when it cannot be reached or holds nothing.
    """
    with bucket(url) as database:
        return found_files(database, url)


def found_files(database: DuckDBPyConnection, url: str) -> list[str]:
    """As `files_at`, through a connection."""
    import duckdb

    if scheme_of(url) in ("http", "https"):
        return [url]
    pattern = url if any(sign in url for sign in "*?[") else f"{url.rstrip('/')}/**" if url.endswith("/") else url
    try:
        found = sorted(str(row[0]) for row in database.execute("SELECT file FROM glob(?)", [pattern]).fetchall())
        if not found and pattern == url:
            under = f"{url}/**"
            found = sorted(str(row[0]) for row in database.execute("SELECT file FROM glob(?)", [under]).fetchall())
    except duckdb.Error as error:
        raise _unreachable(url, error) from error
    kept = [file for file in found if not file.rpartition("/")[2].startswith((".", "_"))]
    if not kept:
        raise ConfigurationError(
            f"'{public_name(url)}' holds no file", hint="s3://bucket/folder/ or s3://bucket/*.parquet"
        )
    return kept


def chunks_at(url: str) -> Iterator[bytes]:
    """The bytes of a file of text, unpacked, some lines at a time.

    Raises: ConfigurationError when it cannot be reached.
    """
    with bucket(url) as database:
        yield from text_of(database, url)


def text_of(database: DuckDBPyConnection, url: str) -> Iterator[bytes]:
    """As `chunks_at`, through a connection."""
    import duckdb

    # One column without a delimiter or quotes: lines as they stand. DuckDB unpacks by the name's ending.
    query = (
        "SELECT line FROM read_csv(?, header = false, delim = '\x01', quote = '', escape = '', auto_detect = false, "
        "columns = {'line': 'VARCHAR'}, max_line_size = 16000000, parallel = false, null_padding = false)"
    )
    try:
        found = database.execute(query, [url])
        while rows := found.fetchmany(_LINES):
            yield "".join(f"{row[0] or ''}\n" for row in rows).encode()
    except duckdb.Error as error:
        raise _unreachable(url, error) from error


def calls_of_bucket_table(url: str, refusals: Refusals, partition: Mapping[str, str]) -> Iterator[Call]:
    """The calls of a Parquet file there."""
    with bucket(url) as database:
        yield from rows_of_parquet(database, url, refusals, partition)


def _unreachable(url: str, error: Any) -> ConfigurationError:
    kind = type(error).__name__.removesuffix("Exception")
    return ConfigurationError(
        f"'{public_name(url)}' cannot be read ({kind})",
        hint="is the address right, and do the environment's keys open it?",
    )
