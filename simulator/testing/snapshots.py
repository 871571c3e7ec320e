"""Emails as they were when somebody last looked: kept beside the test, compared without what does not show.

`__snapshots__/<file>/<test>--<campaign>-<message>.html` holds the page, with envelope and text part in a comment on
top.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.testing.files import write_whole
from simulator.testing.normalised import head_lines, page_lines
from simulator.testing.outcomes import Message

if TYPE_CHECKING:
    from simulator.rendering.email import Rendered

FOLDER = "__snapshots__"
_END = "\n-->\n"
_UNFIT = re.compile(r"[^\w.-]+")
MOST_LINES = 60


@dataclass(frozen=True, slots=True, repr=False)
class Snapshots:
    """The snapshots of one test."""

    file: Path
    test: str
    update: bool
    pictures: Path | None
    root: Path

    def __call__(self, email: Message | Rendered, name: str = "") -> None:
        """Compare an email with what was kept; `--mailwright-update` keeps it as it is now.

        Raises: AssertionError with the difference when it looks otherwise.
        """
        __tracebackhide__ = True
        address = email.address if isinstance(email, Message) else name or email.kind
        rendered = email.rendered if isinstance(email, Message) else email
        said = self.difference(rendered, address)
        if said is not None:
            raise AssertionError(f"{address} looks otherwise than it did\n{said}")

    def path(self, address: str) -> Path:
        """Where one email is kept."""
        name = _UNFIT.sub("-", f"{self.test}--{address}").strip("-")[:150]
        return self.file.parent / FOLDER / self.file.name.split(".")[0] / f"{name}.html"

    def difference(self, rendered: Rendered, address: str) -> str | None:
        """What changed since the email was kept; None where nothing that shows did, or it is kept now.

        An email that was never kept counts as changed, so that a snapshot that was not committed is no green test.
        """
        path, now = self.path(address), kept_form(rendered)
        before = path.read_text("utf-8") if path.is_file() else None
        if self.update:
            if before is None or comparable(before) != comparable(now):
                write_whole(path, now)
            return None
        if before is None:
            return f"nothing was kept yet; mailwright test --update keeps it in {self._shown(path)}"
        old, new = comparable(before), comparable(now)
        if old == new:
            return None
        lines = list(difflib.unified_diff(old, new, "as it was kept", "as it is now", lineterm="", n=1))
        shown = lines[:MOST_LINES] + ([f"… {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else [])
        shown.append("mailwright test --update keeps it as it is now")
        shown.append(self._pictured(path, before, now, address))
        return "\n".join(shown)

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def __repr__(self) -> str:
        return f"<snapshots of {self.test}>"

    def _pictured(self, path: Path, before: str, now: str, address: str) -> str:
        if self.pictures is None:
            return "--pictures DIR shows both side by side"
        from simulator.testing.pictures import pictures_side_by_side

        target = self.pictures / f"{_UNFIT.sub('-', address)}.html"
        return pictures_side_by_side(page_of(before), page_of(now), target, address)


def kept_form(rendered: Rendered) -> str:
    """The email as its file holds it: envelope and text part in a comment, then the page as it is."""
    head = "\n".join(head_lines(rendered)).strip().replace("--", "- -")
    return f"<!--\n{head}{_END}{rendered.html.strip()}\n"


def page_of(kept: str) -> str:
    """The page of a kept email."""
    return kept.partition(_END)[2]


def comparable(kept: str) -> list[str]:
    """The lines that count."""
    head, _, page = kept.partition(_END)
    return [*head.removeprefix("<!--\n").splitlines(), "", *page_lines(page)]
