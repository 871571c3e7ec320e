"""Everything the server keeps as JSON, out and back in: what comes back is what went out, byte for byte."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.workspace.account import Account
from simulator.workspace.space import Space

SCHEMA_VERSION = 1
_OF_A_WORKSPACE = "workspace"  # the column that tells a row's workspace


class StateError(ValueError):
    """Data that is no state of such a server."""


def exported(account: Account, space: Space | None = None) -> dict[str, Any]:
    """The rows of every table, of all workspaces or of one; the clock and the numbers given so far belong to all."""
    for one in account.spaces.values():
        one.running.flush()
    account.keep_clock()
    tables = {}
    with account.store.lock:
        for table, columns in _tables(account):
            if space is not None and _OF_A_WORKSPACE not in columns:
                continue
            where, values = (f" WHERE {_OF_A_WORKSPACE} = ?", (space.id,)) if space is not None else ("", ())
            order = ", ".join(str(at + 1) for at in range(len(columns)))
            rows = account.store.database.execute(
                f'SELECT {_named(columns)} FROM "{table}"{where} ORDER BY {order}',  # noqa: S608  # names from the schema
                values,
            ).fetchall()
            tables[table] = {"columns": columns, "rows": [[_out(value) for value in row] for row in rows]}
    return {"schema_version": SCHEMA_VERSION, "workspace": space.id if space else None, "tables": tables}


def imported(account: Account, state: Mapping[str, Any]) -> None:
    """Put exported rows in place of what is there: of all workspaces, or of the one they are of.

    The workspaces are read again; whoever runs them has to be attached anew.
    Raises: StateError when the data is no export, or of another version or schema; then nothing was changed.
    """
    if state.get("schema_version") != SCHEMA_VERSION or not isinstance(state.get("tables"), dict):
        raise StateError(f"this is no exported state of version {SCHEMA_VERSION}")
    only = state.get("workspace")
    if only is not None and only not in account.spaces:
        raise StateError("the state is of a workspace that is not here")
    tables = dict(_tables(account))
    with account.store.change():
        for table, columns in tables.items():
            if only is not None and _OF_A_WORKSPACE not in columns:
                continue
            given = state["tables"].get(table, {"columns": columns, "rows": []})
            if given.get("columns") != columns:
                raise StateError(f"the state's table '{table}' has other columns")
            _replace(account, table, columns, given["rows"], only)
        unknown = sorted(set(state["tables"]) - set(tables))
        if unknown:
            raise StateError(f"the state's table '{unknown[0]}' is none of this server")
        if only is not None:
            _keep_numbers_ahead(account)
    account.read_spaces()
    account.read_clock()


def _replace(account: Account, table: str, columns: list[str], rows: list[list[Any]], only: int | None) -> None:
    execute = account.store.database.execute
    if only is None:
        execute(f'DELETE FROM "{table}"')  # noqa: S608  # a name from the schema
    else:
        execute(f'DELETE FROM "{table}" WHERE {_OF_A_WORKSPACE} = ?', (only,))  # noqa: S608  # a name from the schema
        at = columns.index(_OF_A_WORKSPACE)
        if any(row[at] != only for row in rows):
            raise StateError(f"the state's table '{table}' holds another workspace")
    marks = ", ".join("?" * len(columns))
    try:
        account.store.database.executemany(
            f'INSERT INTO "{table}" ({_named(columns)}) VALUES ({marks})',  # noqa: S608  # names from the schema
            [[_in(value) for value in row] for row in rows],
        )
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise StateError(f"the state's table '{table}' cannot be read: {type(error).__name__}") from None


def _keep_numbers_ahead(account: Account) -> None:
    """After one workspace alone came in, its numbers are given to nobody else."""
    account.store.database.execute(
        """
        INSERT INTO ids SELECT kind, max(id) FROM documents WHERE true GROUP BY kind
        ON CONFLICT (kind) DO UPDATE SET last = max(last, excluded.last)
        """
    )


def _tables(account: Account) -> Iterator[tuple[str, list[str]]]:
    database = account.store.database
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    for (name,) in names:
        columns = database.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
        yield name, [column for (column,) in columns]


def _named(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _out(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _in(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
