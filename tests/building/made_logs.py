"""Made-up logs as the tools make them, as lines and as a folder of Parquet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
TWELVE = ROOT / "benchmarks" / "twelve"
_COLUMNS = (
    "{type:'VARCHAR',id:'VARCHAR',person:'VARCHAR',name:'VARCHAR',timestamp:'BIGINT',data:'JSON',attributes:'JSON'}"
)


def made_log(path: Path, lines: int, *more: str) -> Path:
    """A log of so many lines."""
    tool = str(ROOT / "tools" / "make_events.py")
    subprocess.run([sys.executable, tool, "--lines", str(lines), "--out", str(path), *more], check=True)
    return path


def as_parquet(log: Path, folder: Path, files: int) -> Path:
    """The same log as so many files of Parquet, in its order."""
    folder.mkdir(parents=True)
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE log AS SELECT row_number() OVER () - 1 AS number, * FROM read_json(?, "
            f"format='newline_delimited', columns={_COLUMNS})",
            [str(log)],
        )
        size = database.execute("SELECT count(*) // ? + 1 FROM log", [files]).fetchall()[0][0]
        for number in range(files):
            database.execute(
                "COPY (SELECT type, id, person, name, timestamp, coalesce(data, attributes)::VARCHAR AS data FROM log "
                f"WHERE number // {size} = {number} ORDER BY number) TO '{folder}/part-{number}.parquet' (FORMAT parquet)"
            )
    return folder
