"""Histories kept in a database: a table, or what a query gives, read as rows in the order of their time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError, HistoryError, MailwrightError, name_hint
from simulator.history.calls import Call
from simulator.history.fields import ShapeError
from simulator.history.making import Reading
from simulator.history.parquet import plain
from simulator.history.places import public_name
from simulator.history.refusals import Refusals
from simulator.history.rows import NO_CALLS, calls_of_row, columns_of, holds_no_calls

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine
    from sqlalchemy.sql import Executable

_BATCH = 2_000
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def calls_of_database(url: str, refusals: Refusals) -> Iterator[Call]:
    """The calls of the rows; a row's number counts as its line.

    Raises: ConfigurationError when the database, the table or what reads it is not there; HistoryError when it fails
    on the way.
    """
    number = 0
    with _reading(url) as found:
        names = [str(name) for name in found.keys()]  # noqa: SIM118  # a result is no mapping
        if holds_no_calls(names):
            refusals.notes[NO_CALLS] += 1
            return
        try:
            columns = columns_of(names)
        except ShapeError as error:
            refusals.refuse(1, error.message, error.hint)
            return
        for batch in found.partitions(_BATCH):
            for row in batch:
                number += 1
                cells = {name: plain(value) for name, value in zip(names, row, strict=True)}
                yield from calls_of_row(cells, columns, Reading(number, refusals.notes), refusals.at(number))


@contextmanager
def _reading(url: str) -> Iterator[CursorResult[Any]]:
    from sqlalchemy.exc import SQLAlchemyError

    engine, table, query = _opened(url)
    try:
        with engine.connect() as connection:
            asked = _query(query) if query else _whole_table(connection, table, url)
            streamed = connection.execution_options(stream_results=True, yield_per=_BATCH)
            yield streamed.execute(asked)
    except SQLAlchemyError as error:
        raise _failure(error, url) from error
    finally:
        engine.dispose()


def _opened(url: str) -> tuple[Engine, str, str]:
    """The engine, and the table or query that the URL names."""
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    name = public_name(url)
    try:
        parsed = make_url(url)
        asked = {key: value for key, value in parsed.query.items() if key in ("table", "query")}
        parsed = parsed.difference_update_query(list(asked))
        parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
        if parsed.drivername.startswith("sqlite") and not os.path.isfile(parsed.database or ""):
            raise ConfigurationError(f"there is no database '{name}'", hint="sqlite:///folder/name.db?table=events")
        engine = create_engine(parsed)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(
            f"'{name}' is no URL of a database", hint="postgresql://host/name?table=events"
        ) from error
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        hint = "pip install 'mailwright[postgresql]'" if url.startswith("postgres") else "install its driver for Python"
        raise ConfigurationError(f"nothing here reads '{name}'", hint=hint) from error
    table, query = str(asked.get("table", "")), str(asked.get("query", ""))
    if bool(table) == bool(query):
        raise ConfigurationError(
            f"what to read of '{name}' is not said",
            hint="?table=events at its end, or --query 'SELECT …'; one of the two",
        )
    return engine, table, query


def _query(text: str) -> Executable:
    from sqlalchemy import text as sql

    return sql(text.replace(":", r"\:"))  # a colon is a colon: there is nothing to put in


def _whole_table(connection: Connection, name: str, url: str) -> Executable:
    """All of a table, by its column of receipt or of time."""
    from sqlalchemy import MetaData, Table, inspect, select
    from sqlalchemy.exc import NoSuchTableError

    schema, _, bare = name.rpartition(".")
    try:
        table = Table(bare, MetaData(), autoload_with=connection, schema=schema or None)
    except NoSuchTableError as error:
        known = inspect(connection).get_table_names(schema=schema or None)
        raise ConfigurationError(
            f"'{public_name(url)}' has no table '{name}'", hint=name_hint(name, known, "tables")
        ) from error
    try:
        roles = columns_of([column.name for column in table.columns]).roles
    except ShapeError:
        roles = {}
    by = [table.c[roles[role]] for role in ("at", "timestamp") if role in roles]
    return select(table).order_by(*by[:1])


def _failure(error: Exception, url: str) -> MailwrightError:
    """What went wrong, in the database's first words and without the query or the password."""
    from sqlalchemy.exc import OperationalError

    said = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()
    what = said[0][:200] if said else type(error).__name__
    password = url.partition("://")[2].partition("@")[0].partition(":")[2]
    if password:
        what = what.replace(password, "…")
    message = f"'{public_name(url)}' cannot be read: {what}"
    if isinstance(error, OperationalError):
        return ConfigurationError(message, hint="is it running, and may you read it from here?")
    return HistoryError(message, hint="does the query run by itself?")
