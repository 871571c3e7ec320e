"""Tables of people in databases, by any client that SQLAlchemy knows; SQLite and PostgreSQL are tested.

Nothing is ever written there: the connection is read only where the database can be told so, and no transaction is
committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError
from sync.people.problems import Problems
from sync.people.tables import MANY, Cells, Table, checked_columns

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_EXTRA = "sqlite:///people.db, or postgresql://… with the extra: pip install 'mailwright[postgresql]'"


def database_table(url: str, *, table: str | None = None, query: str | None = None) -> Table:
    """The table, or what the query gives.

    Raises: ConfigurationError when the database cannot be opened or asked; no message holds the URL, which may hold a
    password.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    if (table is None) == (query is None):
        raise ConfigurationError("a database needs one of --table and --query", hint="--table people")
    engine = _engine(url)
    statement = text(query) if query is not None else _whole(engine, table or "")
    name = f"table {table}" if table is not None else "the query"

    @contextmanager
    def asked() -> Iterator[Any]:
        try:
            with (
                _reading(engine) as connection,
                connection.execution_options(yield_per=MANY).execute(statement) as found,
            ):
                yield found
        except SQLAlchemyError as error:
            said = f"{name} cannot be read: {_said(error)}"
            raise ConfigurationError(
                said, hint="is it there, and is it a query?"
            ) from None  # the cause holds the query

    with asked() as found:
        if not found.returns_rows:
            raise ConfigurationError("the query gives no rows", hint="SELECT … FROM …")
        columns = checked_columns(list(map(str, found.keys())), name)

    def rows(_: Problems) -> Iterator[tuple[int, Cells]]:
        with asked() as found:
            for number, row in enumerate(found, 1):
                yield number, [None if isinstance(cell, str) and cell == "" else cell for cell in row]

    return Table(name, columns, rows, is_typed=True)


def _engine(url: str) -> Engine:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        # Those who write a URL for PostgreSQL mean whatever client is here.
        known = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        if known.get_backend_name() == "sqlite" and not Path(known.database or "").is_file():
            raise ConfigurationError("there is no such SQLite file", hint=_EXTRA)
        return create_engine(known, poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigurationError("this is no database URL that can be used", hint=_EXTRA) from error


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
        elif engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
        try:
            yield connection
        finally:
            connection.rollback()


def _whole(engine: Engine, name: str) -> Any:
    """All of a table, which may be named with its schema."""
    from sqlalchemy import literal_column, select, table

    schema, _, bare = name.rpartition(".")
    return select(literal_column("*")).select_from(table(bare, schema=schema or None))


def _said(error: Exception) -> str:
    """What the database says, in one line and without the values of a row."""
    origin = getattr(error, "orig", None)
    return str(origin or type(error).__name__).strip().splitlines()[0][:160]
