"""Many pictures at once: one email for every sample that fits, or every email of the project for one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailwright.diagnostics import MailwrightError
from simulator.preview.asks import Ask, Edits
from simulator.preview.pictures import Pages, picture_of
from simulator.rendering.samples import fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailwright.definitions.project import Project
    from simulator.preview.library import Edition

MOST_CELLS = 240


def matrix_of(edition: Edition, ask: Ask, pages: Pages, over: str) -> list[dict[str, Any]]:
    """A cell for each picture, in order; a picture that fails says why.

    *over* is samples (of the email that *ask* names, in every language of it) or emails (for the sample it names).
    """
    asks = _over_emails(edition.project, ask) if over == "emails" else _over_samples(edition.project, ask)
    return [_cell(edition, one, pages) for one, _ in zip(asks, range(MOST_CELLS), strict=False)]


def _over_samples(project: Project, ask: Ask) -> Iterator[Ask]:
    plain = ask.model_copy(update={"edits": Edits(), "language": None, "sent": None})
    fits = fitting(project, ask.campaign) if ask.campaign in project.campaigns else []
    for sample in fits or list(project.samples):
        yield plain.model_copy(update={"sample": sample})


def _over_emails(project: Project, ask: Ask) -> Iterator[Ask]:
    for campaign, message, language in project.messages:
        if language is None and project.messages[campaign, message, None].kind in ("email", "in_app"):
            yield ask.model_copy(update={"campaign": campaign, "message": message, "language": None, "sent": None})


def _cell(edition: Edition, ask: Ask, pages: Pages) -> dict[str, Any]:
    told: dict[str, Any] = {"campaign": ask.campaign, "message": ask.message, "sample": ask.sample or ""}
    try:
        picture = picture_of(edition, ask, pages)
    except MailwrightError as error:
        return {**told, "fault": {"says": str(error), "reason": "error"}}
    told |= {"sample": picture.shown.name, "language": picture.message.language or "", "files": list(picture.files)}
    if picture.rendered is None:
        fault = picture.fault
        assert fault is not None  # one or the other
        return {**told, "fault": {"says": fault.failure, "reason": fault.reason}}
    rendered = picture.rendered
    return {**told, "key": picture.key, "subject": rendered.subject, "text": "" if picture.key else rendered.text[:600]}
