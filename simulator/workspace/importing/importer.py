"""Takes in the imports that were asked for: fetches their file, then a few rows at a time."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from simulator.workspace.account import Account
from simulator.workspace.documents import Json, Kind
from simulator.workspace.exporting import export_file
from simulator.workspace.importing.rows import Row, RowError, entity_of, refused_for, table_of
from simulator.workspace.membership import records
from simulator.workspace.reporting.sender import is_on_this_machine
from simulator.workspace.space import Space
from simulator.workspace.track.accepting import NotTaken
from simulator.workspace.track.v2 import calls_of

LOOK_AGAIN = 0.2
TIMEOUT = 30.0
MOST_BYTES = 64 * 1024 * 1024
AT_ONCE = 200
"""Rows between two looks at who else wants something."""
FILE = "import_file"
"""The kind under which the text of an import stands while it is taken in."""
WAITING = ("preprocessing", "importing")


class Importer:
    """The imports of one server.

    *anywhere*: whether files may be fetched from other machines. Where each row stands is kept with it, so that an
    import that was interrupted goes on where it stopped.
    """

    def __init__(self, account: Account, *, anywhere: bool = False) -> None:
        self.account = account
        self.anywhere = anywhere
        self._busy = asyncio.Lock()

    async def run(self) -> None:
        """Take in what waits, again and again."""
        while True:
            await self.take_waiting()
            await asyncio.sleep(LOOK_AGAIN)

    async def take_waiting(self) -> None:
        """Take in until no import waits any more."""
        async with self._busy:
            for space in [*self.account.spaces.values()]:
                for number in _waiting(space):
                    await self._take(space, number)

    async def _take(self, space: Space, number: int) -> None:
        """One import, from where it stands to its end."""
        try:
            kept = space.documents.get(Kind.IMPORT, number)
            if kept is not None and kept["state"] == "preprocessing":
                text = await self._fetched(str(kept["data_file_url"]))
                rows = len(table_of(text, kept["type"], kept["identifier"]))
                with space.store.change():
                    space.documents.put(FILE, number, {"id": number, "text": text})
                    _keep(space, number, state="importing", rows_to_import=rows)
            table = _kept_table(space, number)
            while _some_rows(space, number, table):  # noqa: ASYNC110  # nothing is waited for: others get their turn
                await asyncio.sleep(0)
        except RowError as error:
            _keep(space, number, state="failed", error=str(error))

    async def _fetched(self, url: str) -> str:
        """The text that stands at an address.

        Raises: RowError when it cannot be had, or is no text.
        """
        if url.startswith("data:"):
            head, comma, content = url.partition(",")
            if not comma or head.endswith(";base64"):
                raise RowError("data_file_url is no plain data: URL")
            data = unquote_to_bytes(content)
        elif not self.anywhere and not is_on_this_machine(url):
            raise RowError("this server fetches files from this machine alone; serve --webhooks-anywhere lets it")
        else:
            data = await _download(url)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RowError("the file is no UTF-8 text") from None


async def _download(url: str) -> bytes:
    import httpx  # only who imports waits for it

    found = bytearray()
    try:
        async with (
            asyncio.timeout(TIMEOUT),
            httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise RowError(f"the file's address answered {answer.status_code}")
            async for part in answer.aiter_bytes():
                found += part
                if len(found) > MOST_BYTES:
                    raise RowError(f"the file has more than {MOST_BYTES} bytes")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise RowError(f"the file could not be fetched: {type(error).__name__}") from None
    return bytes(found)


def _waiting(space: Space) -> list[int]:
    return [int(one["id"]) for one in space.documents.all(Kind.IMPORT) if one["state"] in WAITING]


def _keep(space: Space, number: int, **changes: Any) -> None:
    kept = space.documents.get(Kind.IMPORT, number)
    if kept is not None:
        space.documents.put(Kind.IMPORT, number, kept | changes | {"updated_at": space.now()})


def _kept_table(space: Space, number: int) -> Sequence[tuple[int, Row]]:
    kept, file = space.documents.get(Kind.IMPORT, number), space.documents.get(FILE, number)
    return [] if kept is None or file is None else table_of(file["text"], kept["type"], kept["identifier"])


def _some_rows(space: Space, number: int, table: Sequence[tuple[int, Row]]) -> bool:
    """Take in the next rows, all of them or, when we are stopped, none; gives whether there are more."""
    with space.store.change():
        kept = space.documents.get(Kind.IMPORT, number)
        if kept is None or kept["state"] != "importing":  # somebody took it away
            return False
        first = int(kept["next_row"])
        last = first + AT_ONCE
        errors: list[list[Any]] = [*kept["errors"]]
        for line, row in table[first:last]:
            fault = _row_taken(space, kept, row)
            if fault:
                errors.append([line, fault])
        kept |= {"next_row": last, "errors": errors, "updated_at": space.now()}
        kept["rows_imported"] = min(last, len(table)) - len(errors)
        if last >= len(table):
            kept |= {"state": "imported", "error_export_id": _errors_kept(space, kept["name"], errors)}
            space.documents.delete(FILE, number)
        space.documents.put(Kind.IMPORT, number, kept)
        return last < len(table)


def _row_taken(space: Space, kept: Json, row: Row) -> str:
    """Take in one row; gives why it was not, "" when it was."""
    kind, identifier, which = kept["type"], kept["identifier"], kept["data_to_process"]
    try:
        entity = entity_of(row, kind, identifier, kept["object_type_id"])
        fault = refused_for(kind, which, lambda: _is_there(space, entity, kind, identifier))
        if fault:
            return fault
        calls = calls_of(entity, 0)
    except (RowError, NotTaken) as error:
        return str(error)
    for call in calls:
        space.take(call)
    return ""


def _is_there(space: Space, entity: Json, kind: str, identifier: str) -> bool:
    if kind == "object":
        thing = entity["identifiers"]
        return any(one.id == thing["object_id"] for one in records(space).objects(thing["object_type_id"]))
    person = records(space).person(entity["identifiers"][identifier], identifier)
    if kind != "relationship" or person is None:
        return person is not None
    [tied] = entity["cio_relationships"]
    return any(one["identifiers"] == tied["identifiers"] for one in records(space).relationships(person))


def _errors_kept(space: Space, name: str, errors: list[list[Any]]) -> int | None:
    """The number of the export that lists what was not taken in; None when all was."""
    if not errors:
        return None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["line", "error"])
    writer.writerows(errors)
    made = export_file(space, "import_errors", out.getvalue(), len(errors), f"what {name} could not take in")
    return int(made["id"])
