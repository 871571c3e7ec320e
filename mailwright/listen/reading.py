"""What a receiver kept, read again: the bodies of the events, oldest first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mailwright.diagnostics import ConfigurationError

AT_ONCE = 2_000
_BODIES = "SELECT body FROM events ORDER BY happened_at, event_id"


def kept_bodies(where: str) -> Iterator[dict[str, Any]]:
    """The events kept at a `.duckdb` file, a Parquet file that `listen --export` wrote, or a database URL.

    Nothing is written there. Raises: ConfigurationError when it cannot be opened or keeps no events.
    """
    rows = _of_database(where) if "://" in where else _of_file(Path(where))
    for (body,) in rows:
        event = json.loads(body)
        if isinstance(event, dict):
            yield event


def _of_file(path: Path) -> Iterator[Sequence[Any]]:
    import duckdb

    if not path.is_file():
        raise ConfigurationError(f"there is no file '{path}'", hint="the --store of `mailwright listen`")
    is_parquet = path.suffix == ".parquet"
    try:
        with duckdb.connect() if is_parquet else duckdb.connect(str(path), read_only=True) as database:
            statement = _BODIES.replace("events", "read_parquet(?)") if is_parquet else _BODIES
            cursor = database.execute(statement, [str(path)] if is_parquet else [])
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows
    except duckdb.Error as error:
        said = str(error).splitlines()[0][:160]
        hint = "stop the receiver first (a .duckdb file has one user at a time), or keep its events in a database"
        raise ConfigurationError(f"'{path.name}' cannot be read: {said}", hint=hint) from error


def _of_database(url: str) -> Iterator[Sequence[Any]]:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///").partition("?")[0]).is_file():
        raise ConfigurationError("there is no such SQLite file", hint="the --store of `mailwright listen`")
    try:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.connect().execution_options(stream_results=True) as connection:
            for row in connection.execute(text(_BODIES)):
                yield tuple(row)
        engine.dispose()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        hint = "sqlite:///webhooks.db, or postgresql://… with the extra: pip install 'mailwright[postgresql]'"
        raise ConfigurationError("this is no database URL that can be used", hint=hint) from error
    except SQLAlchemyError as error:
        message = f"the events cannot be read from the database ({type(error).__name__})"
        raise ConfigurationError(
            message, hint="the --store of `mailwright listen`; is the database running?"
        ) from error
