"""A message of the inbox: what was sent, to whom, by what, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. Units: *at* and the times of *metrics* are Unix seconds of the workspaces' clock."""

    id: str
    workspace: str
    at: int
    channel: str
    state: str  # the metric that says how it stands: sent, drafted, failed, undeliverable …
    person: str
    source: str  # what sent it: a campaign's name, a broadcast's, a newsletter's, a transactional message's
    step: str = ""
    subject: str = ""
    preheader: str = ""
    sender: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    text: str = ""
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    request: str = ""  # of a webhook: its method and address
    failure: str = ""
    metrics: tuple[tuple[str, int], ...] = ()
    parent: Mapping[str, Any] = field(default_factory=dict)
    why: Sequence[str] = ()

    @property
    def title(self) -> str:
        """What stands first in a list: the subject, else what the channel has instead."""
        first_line = self.text.strip().partition("\n")[0][:120]
        return self.subject or self.request or first_line or f"{self.step or self.source} ({self.channel})"


def as_data(letter: Letter, *, whole: bool) -> dict[str, Any]:
    """The letter for programs; in lists without its texts."""
    found: dict[str, Any] = {
        "id": letter.id, "workspace": letter.workspace, "at": letter.at, "channel": letter.channel,
        "state": letter.state, "person": letter.person, "source": letter.source, "step": letter.step,
        "subject": letter.subject, "from": letter.sender, "to": list(letter.to), "failure": letter.failure,
        **letter.parent,
    }  # fmt: skip
    if whole:
        found |= {
            "preheader": letter.preheader, "reply_to": letter.reply_to, "cc": list(letter.cc), "bcc": list(letter.bcc),
            "headers": dict(letter.headers), "html": letter.html, "text": letter.text, "request": letter.request,
            "attachments": sorted(letter.attachments), "why": list(letter.why),
            "metrics": [{"metric": metric, "at": at} for metric, at in letter.metrics],
        }  # fmt: skip
    return found
