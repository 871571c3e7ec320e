"""The Parquet tables of the data-warehouse export, joined by DuckDB.

Source: semantics R133: every sync writes further files of each table, so all that begin with a table's name are read;
columns vary by version.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import ConfigurationError
from simulator.verifying.seen import Seen, as_id, parent_in

if TYPE_CHECKING:
    import duckdb

TABLES = ("deliveries", "metrics", "people", "subjects")
_NEEDED = {
    "deliveries": ("delivery_id", "created_at"),
    "metrics": ("delivery_id", "metric", "created_at"),
    "people": ("internal_customer_id", "customer_id"),
    "subjects": ("subject_name", "internal_customer_id"),
}
_PARENTS = ("campaign_id", "newsletter_id", "transactional_message_id", "action_id")
AT_ONCE = 2_000


def seen_in_warehouse(folder: str, since: int | None = None) -> list[Seen]:
    """The deliveries that the tables in *folder* hold, made from *since* on (Unix seconds).

    Raises: ConfigurationError when a table or a column of it is missing, or a file cannot be read.
    """
    import duckdb

    root = Path(folder)
    if not root.is_dir():
        raise ConfigurationError(f"there is no folder '{folder}'", hint="the folder of the tables' Parquet files")
    try:
        with duckdb.connect() as database:
            return list(_Warehouse(database, root).seen(since))
    except duckdb.Error as error:
        said = str(error).splitlines()[0][:160]
        raise ConfigurationError(f"the tables cannot be read: {said}", hint="are they whole?") from error


class _Warehouse:
    """The tables of one folder as views of a database."""

    def __init__(self, database: duckdb.DuckDBPyConnection, root: Path) -> None:
        self._database = database
        self._columns: dict[str, dict[str, str]] = {}  # table → column → its type
        for table in TABLES:
            files = sorted([*root.glob(f"{table}*.parquet"), *root.glob(f"{table}/**/*.parquet")])
            if files:
                self._open(table, files)
            elif table in ("deliveries", "metrics"):
                message = f"no file of the table '{table}' is in '{root.name}'"
                raise ConfigurationError(message, hint=f"{table}….parquet, as the warehouse export writes it")

    def _open(self, table: str, files: list[Path]) -> None:
        names = [str(file) for file in files]
        self._database.from_query(
            "SELECT * FROM read_parquet(?, union_by_name = true)", params=[names]
        ).create(table)  # fmt: skip
        rows = self._database.execute("SELECT name, type FROM pragma_table_info(?)", [table]).fetchall()
        self._columns[table] = dict(rows)
        for column in _NEEDED[table]:
            if column not in self._columns[table]:
                known = ", ".join(sorted(self._columns[table])[:12])
                raise ConfigurationError(f"the table '{table}' has no column '{column}'", hint=f"it has {known}")

    def seen(self, since: int | None) -> Iterator[Seen]:
        """Every delivery with its states; a row that a later sync repeats counts once."""
        cursor = self._database.execute(self._statement(), [since or 0])
        names = [one[0] for one in cursor.description or ()]
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield _seen(dict(zip(names, row, strict=True)))

    def _statement(self) -> str:
        """Names of columns come from fixed lists, never from the files."""
        has = self._columns["deliveries"]
        parents = ", ".join(f"any_value(d.{name}) AS {name}" for name in _PARENTS if name in has)
        kind = "any_value(d.delivery_type)" if "delivery_type" in has else "''"
        reason = "max(m.reason)" if "reason" in self._columns["metrics"] else "''"
        joined, internal = "", "NULL"
        if "internal_customer_id" in has:
            internal = "d.internal_customer_id"
        elif "subject_id" in has and "subjects" in self._columns:
            joined += " LEFT JOIN subjects s ON s.subject_name = d.subject_id"
            internal = "s.internal_customer_id"
        customer = email = "NULL"
        if "people" in self._columns and internal != "NULL":
            joined += f" LEFT JOIN people p ON p.internal_customer_id = {internal}"
            customer = "any_value(p.customer_id)"
            email = "any_value(p.email_addr)" if "email_addr" in self._columns["people"] else "NULL"
        return f"""SELECT d.delivery_id AS id, min({self._seconds("deliveries", "d")}) AS made_at,
            any_value(CAST({internal} AS VARCHAR)) AS cio_id, {customer} AS customer_id, {email} AS email,
            {kind} AS channel, {reason} AS reason, {parents or "NULL AS campaign_id"},
            list(m.metric) AS metrics, list({self._seconds("metrics", "m")}) AS times
            FROM deliveries d LEFT JOIN metrics m ON m.delivery_id = d.delivery_id{joined}
            WHERE {self._seconds("deliveries", "d")} >= ? GROUP BY d.delivery_id ORDER BY made_at, d.delivery_id"""  # noqa: S608  # made of fixed pieces

    def _seconds(self, table: str, alias: str) -> str:
        kind = self._columns[table]["created_at"].upper()
        column = f"{alias}.created_at"
        return f"CAST(epoch({column}) AS BIGINT)" if "TIME" in kind or "DATE" in kind else f"CAST({column} AS BIGINT)"


def _seen(row: dict[str, Any]) -> Seen:
    metrics: dict[str, int] = {}
    for name, at in zip(row["metrics"] or (), row["times"] or (), strict=True):
        if isinstance(name, str) and at is not None:
            metrics[name] = min(int(at), metrics.get(name, int(at)))
    person = {"id": as_id(row["customer_id"]), "email": as_id(row["email"]), "cio_id": as_id(row["cio_id"])}
    return Seen(
        as_id(row["id"]), int(row["made_at"]), {name: value for name, value in person.items() if value}, parent_in(row),
        as_id(row.get("action_id")), _channel(as_id(row["channel"])), metrics, "", as_id(row["reason"]),
    )  # fmt: skip


def _channel(kind: str) -> str:
    """The channel as traces call it. Assumed: the export calls it as the App API does."""
    return {"twilio": "sms"}.get(kind, kind)
