"""What a tab may ask for, by name: from the data it sends to the data it gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailwright.diagnostics import ConfigurationError
from simulator.preview.answers import (
    fires_as_data,
    journey_as_data,
    misfits_of,
    reading_problems,
    shown_as_data,
)
from simulator.preview.asks import Ask, ask_from, chosen_for, moment_of
from simulator.preview.comparing import changes_data, comparison_data
from simulator.preview.matrix import matrix_of
from simulator.preview.payloads import pasted
from simulator.preview.pictures import picture_of
from simulator.preview.running import Preview
from simulator.preview.runs import run_of
from simulator.preview.sending import send_picture
from simulator.preview.tree import tree_of

Data = dict[str, Any]


def project_data(preview: Preview) -> Data:
    """Everything there is by name."""
    editor = preview.editor.link(preview.library.root)
    return {**tree_of(preview.edition.project), **preview.state(), "editor": editor, "inbox": preview.inbox}


def email_data(preview: Preview, values: Data) -> Data:
    """One message for one person; the tab is told by itself when it changes."""
    ask = ask_from(values)
    return preview.watched(ask)


def matrix_data(preview: Preview, values: Data) -> Data:
    """Many messages at once."""
    over = values.pop("over", "samples")
    ask, edition = ask_from(values), preview.edition
    return {"cells": matrix_of(edition, ask, preview.pages, over), **_shown(preview, ask)}


def _shown(preview: Preview, ask: Ask) -> Data:
    """What a view is shown with, for the right side."""
    edition = preview.edition
    project = edition.in_workspace(ask.workspace)
    chosen = chosen_for(project, ask)
    return {
        "edition": edition.number,
        "sample": chosen.shown.name,
        "fitting": list(chosen.fitting),
        "at": moment_of(chosen.shown).isoformat(),
        "shown": shown_as_data(chosen.shown),
        "misfits": misfits_of(project, chosen.shown),
    }


def journey_data(preview: Preview, values: Data) -> Data:
    """One campaign for one person: its diagram, and the way the person takes.

    Raises: ConfigurationError when there is no such campaign.
    """
    ask, edition = ask_from(values), preview.edition
    project = edition.in_workspace(ask.workspace)
    if ask.campaign not in project.campaigns:
        raise ConfigurationError(f"no campaign is called '{ask.campaign}'", hint="choose one on the left")
    content = edition.content(ask.workspace)
    unread = reading_problems(edition, (project.campaign_file(ask.campaign),))
    told = {**_shown(preview, ask), "unread": unread}
    return {**told, **journey_as_data(project, ask.campaign, run_of(edition, ask), content.not_modelled)}


def fires_data(preview: Preview, values: Data) -> Data:
    """Every campaign on one event, with the clause that decided."""
    ask, edition = ask_from(values), preview.edition
    told = _shown(preview, ask)
    event = (told["shown"]["event"] or {}).get("name", "")
    project = edition.in_workspace(ask.workspace)
    return {**told, "event": event, "campaigns": fires_as_data(project, run_of(edition, ask), event) if event else []}


def payload_data(_: Preview, values: Data) -> Data:
    """The person and the event of a pasted payload."""
    return pasted(str(values.get("text", "")))


def sent_data(preview: Preview, values: Data) -> Data:
    """Send the shown email to an inbox on this machine."""
    to = str(values.pop("to", "") or preview.inbox)
    picture = picture_of(preview.edition, ask_from(values), preview.pages)
    return {"says": send_picture(picture, to)}


def opened_data(preview: Preview, values: Data) -> Data:
    """Open a file in the editor's own command."""
    preview.editor.open(preview.library.root, str(values.get("file", "")), values.get("line", 1))
    return {"opened": True}


def compared_data(preview: Preview, values: Data) -> Data:
    """One message beside an earlier edition of it."""
    return comparison_data(preview.comparer, preview.edition.in_workspace, values)


def changed_data(preview: Preview, values: Data) -> Data:
    """Every message that is not what it was."""
    return changes_data(preview.comparer, preview.edition.in_workspace, values)


QUESTIONS: dict[str, Callable[[Preview, Data], Data]] = {
    "email": email_data,
    "matrix": matrix_data,
    "journey": journey_data,
    "fires": fires_data,
    "payload": payload_data,
    "compare": compared_data,
    "changes": changed_data,
    "send": sent_data,
    "open": opened_data,
}
