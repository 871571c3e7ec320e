"""The comparison as a folder for a pull request: pages, pictures, a summary picture and a summary in Markdown."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.comparing.pages import comparison_index, pair_page
from simulator.pictures.browser import camera, why_no_pictures
from simulator.rendering.site import MARK, refuse_foreign, replace_folder
from simulator.rendering.site_pages import guarded

if TYPE_CHECKING:
    from simulator.comparing.pairs import Pair
    from simulator.pictures.browser import Camera
    from simulator.rendering.site import Shot

WIDTH = 640
MOST_PICTURES = 200
"""Changed messages of which pictures are taken; the pages say so of the others."""
_MARK_TEXT = "This folder is written by `mailwright render --compare` and replaced as a whole.\n"
_ORDER = ("broken", "changed", "added", "removed", "mended", "failing")


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one pair, as PNG, and how many pixels changed."""

    before: bytes | None = None
    after: bytes | None = None
    marked: bytes | None = None
    pixels: int = 0
    share: float = 0.0

    @property
    def share_as_text(self) -> str:
        """The share of changed pixels for people; empty where there were not two pictures."""
        if self.marked is None:
            return ""
        return "< 0.1%" if 0 < self.share < 0.0005 else f"{self.share:.1%}"

    @property
    def files(self) -> dict[str, bytes]:
        """What each picture is called, without its folder."""
        named = {"before": self.before, "after": self.after, "changed": self.marked}
        return {name: png for name, png in named.items() if png is not None}


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that a report says."""

    before: str  # what the sides are called
    after: str
    workspace: str
    pairs: tuple[Pair, ...]
    no_pictures: str = ""  # why there are none

    @property
    def counts(self) -> Counter[str]:
        """How many pairs became what."""
        return Counter(pair.status for pair in self.pairs)

    @property
    def told(self) -> list[Pair]:
        """The pairs worth a page, what is broken first."""
        found = [pair for pair in self.pairs if pair.status != "same"]
        return sorted(found, key=lambda pair: _ORDER.index(pair.status))

    @property
    def summary(self) -> str:
        """In one line."""
        counts = self.counts
        parts = [f"{counts[status]} {status}" for status in _ORDER if counts[status]]
        same = f"{counts['same']} the same"
        return f"{', '.join(parts)}; {same}" if parts else f"no email changed ({same})"


def write_comparison(comparison: Comparison, out: Path, *, with_pictures: bool = True) -> Comparison:
    """Write the report in place of the folder *out*; gives what it says, with why there are no pictures.

    Raises: RefusedError when *out* is something that this did not write; ConfigurationError when it cannot be written
    or the browser fails.
    """
    from dataclasses import replace

    refuse_foreign(out)
    told = comparison.told
    missing = why_no_pictures() if with_pictures else "pictures were not asked for"
    taken: dict[int, Pictures] = {}
    with camera() if told and missing is None else nullcontext() as shooting:
        if shooting is not None:
            taken = {place: _pictures(shooting, pair) for place, pair in enumerate(told[:MOST_PICTURES])}
    comparison = replace(comparison, no_pictures=missing or "")
    files: dict[str, str | bytes] = {MARK: _MARK_TEXT, "summary.md": summary_as_markdown(comparison, taken)}
    files["index.html"] = comparison_index(comparison, taken)
    for place, pair in enumerate(told):
        pictures = taken.get(place)
        files[pair.shown.page] = pair_page(comparison, pair, pictures)
        for name, png in (pictures.files if pictures else {}).items():
            files[pair.shown.page.removesuffix(".html") + f".{name}.png"] = png
    if taken:
        from simulator.pictures.differences import contact_sheet

        files["summary.png"] = contact_sheet([(one.before, one.after) for one in list(taken.values())[:24]])
    replace_folder(out, files)
    return comparison


def _pictures(shooting: Camera, pair: Pair) -> Pictures:
    from simulator.pictures.differences import difference

    before, after = (_picture(shooting, shot) for shot in (pair.before, pair.after))
    if before is None or after is None:
        return Pictures(before, after)
    found = difference(before, after)
    return Pictures(before, after, found.marked, found.pixels, found.share)


def _picture(shooting: Camera, shot: Shot | None) -> bytes | None:
    if shot is None or shot.rendered is None or not shot.rendered.html:
        return None
    return shooting.picture(guarded(shot.rendered.html), width=WIDTH)


def summary_as_markdown(comparison: Comparison, taken: dict[int, Pictures]) -> str:
    """The comparison for a comment on a pull request."""
    lines = [
        f"### Emails: {comparison.summary}",
        "",
        f"{comparison.before} → {comparison.after}, as {comparison.workspace}",
    ]
    told = comparison.told
    if told:
        lines += ["", "| email | sample | | subject | pixels |", "|---|---|---|---|---|"]
        lines += [_row(pair, taken.get(place)) for place, pair in enumerate(told[:50])]
        if len(told) > 50:
            lines += ["", f"and {len(told) - 50} more; see index.html"]
    if comparison.no_pictures:
        lines += ["", f"No pictures: {comparison.no_pictures}."]
    return "\n".join(lines) + "\n"


def _row(pair: Pair, pictures: Pictures | None) -> str:
    subjects = next(((old, new) for label, old, new in pair.envelope_changes() if label == "Subject"), None)
    said = "" if subjects is None else " → ".join(_cell(part) for part in subjects if part)
    pixels = pictures.share_as_text if pictures is not None else ""
    shot = pair.shown
    return f"| {_cell(shot.title)} | {_cell(shot.sample.name or 'nobody')} | {pair.status} | {said} | {pixels} |"


def _cell(text: str) -> str:
    for char in "\\|`*_[]<>":
        text = text.replace(char, f"\\{char}")
    return " ".join(text.split())
