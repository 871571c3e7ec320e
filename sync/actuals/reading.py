"""The way of commands that compare to a workspace: names and moments in, plain rows of its APIs out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, WorkspaceError
from sync.actuals.numbers import KnownNumbers, known_numbers
from sync.clients.app_api import AppApi
from sync.clients.transport import TIMEOUT, Json
from sync.opening import Workspace, open_workspace

PEOPLE_AT_ONCE = 100
PATIENCE = 600.0
"""Seconds that an export may take."""


def numbers(project: Project, workspace: str) -> KnownNumbers:
    """What the workspace's numbers mean.

    Raises: ConfigurationError when there is no ledger yet, or it cannot be read.
    """
    return known_numbers(project.root, workspace)


def present(project: Project, workspace: str) -> int:
    """The time in *workspace*, Unix seconds: one on this machine has a clock of its own.

    Raises: ConfigurationError when there is no such workspace; WorkspaceError when one on this machine does not answer.
    """
    _, settings = project.workspace(workspace)
    if settings.url is None:
        return int(time.time())
    parts = urlsplit(settings.url)
    try:
        answer = httpx.get(f"{parts.scheme}://{parts.netloc}/_clock", timeout=TIMEOUT, trust_env=False)
        return int(answer.json()["now"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        message = f"the workspace '{workspace}' at {parts.netloc} does not say its time"
        raise WorkspaceError(message, hint="is `mailwright serve` running? or say --until") from error


def messages(project: Project, workspace: str, since: int, until: int) -> Iterator[Json]:
    """The deliveries made from *since* to *until* (Unix seconds, both inside), each once, drafts too.

    Assumed: the list may leave drafts out unless they are asked for, so both are read.
    Raises: ConfigurationError, WorkspaceError.
    """
    known: set[str] = set()
    with _app(project, workspace) as (_, app):
        for drafts in (False, True):
            for row in app.messages(since, until, drafts=drafts):
                if str(row.get("id")) not in known:
                    known.add(str(row.get("id")))
                    yield row


def exports(project: Project, workspace: str, since: int, until: int) -> Iterator[tuple[tuple[str, str], str]]:
    """The files of delivery exports, one a message and for its drafts another, each with campaign and message.

    Source: exports take one campaign, newsletter or action (semantics R132); their columns do not name it.
    Raises: ConfigurationError; WorkspaceError when an export fails or takes too long.
    """
    known = known_numbers(project.root, workspace)
    with _app(project, workspace) as (_, app):
        for place, asked in _asked_of(known):
            for drafts in (False, True):
                yield place, exported_text(app, {**asked, "start": since, "end": until, "drafts": drafts})


def _asked_of(known: KnownNumbers) -> Iterator[tuple[tuple[str, str], Json]]:
    """What is asked for, one message after the other."""
    for action, place in sorted(known.actions.items(), key=lambda one: one[1]):
        yield place, {"action_id": int(action)}
    for key, slug in sorted(known.parents.items()):
        kind, _, number = key.partition("/")
        if kind in ("newsletter", "transactional") and slug in known.only_messages:
            field = "newsletter_id" if kind == "newsletter" else "transactional_message_id"
            yield (slug, known.only_messages[slug]), {field: int(number)}


def exported_text(app: AppApi, asked: Json, patience: float = PATIENCE) -> str:
    """The file of one export, once it is there.

    Units: *patience* is in seconds. Raises: WorkspaceError when it fails or takes longer.
    """
    number = int(app.start_delivery_export(asked)["id"])
    ends = time.monotonic() + patience
    pause = 0.1
    while True:
        export = app.export(number)
        if export.get("failed") or export.get("status") == "failed":
            raise WorkspaceError(
                f"the export {number} failed in the workspace", hint="try again, or messages:WORKSPACE"
            )
        if export.get("status") == "done":
            return app.export_file(number)
        if time.monotonic() > ends:
            raise WorkspaceError(f"the export {number} is not done after {patience:g} seconds", hint="try again later")
        time.sleep(pause)
        pause = min(pause * 2, 5.0)


def profiles(project: Project, workspace: str, ids: Sequence[str]) -> list[Json]:
    """What the workspace knows of these people; those it does not know are left out.

    Raises: ConfigurationError, WorkspaceError.
    """
    found: list[Json] = []
    with _app(project, workspace) as (_, app):
        by_kind = {"email": [one for one in ids if "@" in one], "id": [one for one in ids if "@" not in one]}
        for kind, names in by_kind.items():
            for at in range(0, len(names), PEOPLE_AT_ONCE):
                found += app.attributes_of(names[at : at + PEOPLE_AT_ONCE], kind)
    return found


@contextmanager
def _app(project: Project, workspace: str) -> Iterator[tuple[Workspace, AppApi]]:
    with open_workspace(project, workspace, is_read_only=True) as opened:
        if opened.app is None:
            named = opened.settings.app_key
            hint = f"set {named.env}" if named is not None else f'[…workspaces.{workspace}] app_key = {{ env = "…" }}'
            raise ConfigurationError(f"no App API key of the workspace '{workspace}' is at hand", hint=hint)
        yield opened, opened.app
