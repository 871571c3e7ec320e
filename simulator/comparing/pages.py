"""The pages of a comparison, as HTML; everything that comes from content or people is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING

from simulator.rendering.site_pages import document_page, guarded, mail_frame
from simulator.rendering.site_style import STYLE

if TYPE_CHECKING:
    from simulator.comparing.pairs import Pair
    from simulator.comparing.report import Comparison, Pictures

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST = 2_000
"""Characters of a line in which single words are compared."""
_MORE_STYLE = """
.tag.changed, .tag.mended { color: var(--accent); } .tag.added { color: var(--good); }
.tag.broken, .tag.removed, .tag.failing { color: var(--bad); }
.who { display: block; color: var(--soft); font-weight: 400; }
.sheet { max-width: 100%; border: 1px solid var(--line); border-radius: 8px; }
.sides { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; align-items: start; }
.sides.two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.sides img { display: block; width: 100%; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
.diff { padding: 10px 0; white-space: pre-wrap; } .diff span { display: block; padding: 0 18px; }
.diff .at { color: var(--soft); }
.diff .plus { background: color-mix(in srgb, var(--good) 13%, transparent); }
.diff .minus { background: color-mix(in srgb, var(--bad) 12%, transparent); }
.diff ins, .diff del { display: inline; border-radius: 3px; text-decoration: none; }
.diff ins { background: color-mix(in srgb, var(--good) 32%, transparent); }
.diff del { background: color-mix(in srgb, var(--bad) 30%, transparent); }
.lines td { width: 40%; overflow-wrap: anywhere; } .lines td.diff { padding: 9px 14px; }
.lines th { white-space: nowrap; }
@media (max-width: 760px) { .sides, .sides.two { grid-template-columns: minmax(0, 1fr); } main { padding: 16px; }
  .matrix th[scope="row"] { width: auto; } .hides { display: none; } }
"""


def comparison_index(comparison: Comparison, taken: Mapping[int, Pictures]) -> str:
    """Every message that is not what it was, with the summary picture."""
    sides = f"<b>{escape(comparison.before)}</b> → <b>{escape(comparison.after)}</b>"
    parts = [
        f"<h1>{escape(_capital(comparison.summary))}</h1>",
        f'<p class="lead">{sides}, as {escape(comparison.workspace)}</p>',
    ]
    if comparison.no_pictures:
        parts.append(f'<p class="warning">No pictures: {escape(comparison.no_pictures)}.</p>')
    rows = [_row(pair, taken.get(place)) for place, pair in enumerate(comparison.told)]
    if rows:
        head = '<thead><tr><th>Message</th><th class="hides">Subject</th><th></th><th>Pixels</th></tr></thead>'
        parts.append(f'<table class="matrix">{head}<tbody>{"".join(rows)}</tbody></table>')
    if taken:
        alt = "The changed emails, each before and after"
        parts.append(f'<h2>At a glance</h2><img class="sheet" src="summary.png" alt="{alt}">')
    return document_page("What changed", "\n".join(parts), style=STYLE + _MORE_STYLE)


def _row(pair: Pair, pictures: Pictures | None) -> str:
    shot = pair.shown
    pixels = pictures.share_as_text if pictures is not None else ""
    subject = shot.rendered.subject if shot.rendered is not None else ""
    return (
        f'<tr><th scope="row"><a href="{escape(shot.page)}">{escape(shot.title)}</a> '
        f'<span class="who">{escape(shot.sample.name or "nobody")}</span></th>'
        f'<td class="subject hides">{escape(subject)}</td><td><span class="tag {pair.status}">{pair.status}</span></td>'
        f"<td>{pixels}</td></tr>"
    )


def pair_page(comparison: Comparison, pair: Pair, pictures: Pictures | None) -> str:
    """One message with one sample: pictures, what is around the words, words, and the page as sent."""
    shot = pair.shown
    sample = shot.sample.name or "nobody"
    heading = (
        f'<p class="crumbs"><a href="../index.html">What changed</a> / {escape(shot.campaign)}</p>'
        f'<h1>{escape(shot.name)} <span class="tag {pair.status}">{pair.status}</span></h1>'
        f'<p class="lead">with <b>{escape(sample)}</b>, {escape(comparison.before)} → {escape(comparison.after)}, '
        f"as {escape(comparison.workspace)}</p>"
    )
    parts = [
        heading,
        *_failures(pair),
        _envelope(pair),
        _pictures(pair, pictures, shot.page.rpartition("/")[2].removesuffix(".html")),
        _diff("Words", pair.text_diff()),
        _diff("Page as sent", pair.html_diff()),
    ]
    return document_page(
        f"{shot.title} · {sample}", "\n".join(part for part in parts if part), "../", STYLE + _MORE_STYLE
    )


def _failures(pair: Pair) -> list[str]:
    found = []
    for when, shot in (("before", pair.before), ("now", pair.after)):
        if shot is not None and shot.fault is not None:
            found.append(
                f'<section class="fault"><h2>It fails {when}</h2><p><code>{escape(shot.fault.reason)}</code> '
                f"{escape(shot.fault.failure)}</p><pre>{escape(shot.picture)}</pre></section>"
            )
    return found


def _envelope(pair: Pair) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="diff">{_words(old, new, "del")}</td>'
        f'<td class="diff">{_words(new, old, "ins")}</td></tr>'
        for label, old, new in pair.envelope_changes()
    )
    if not rows:
        return ""
    head = "<thead><tr><th></th><th>Before</th><th>After</th></tr></thead>"
    return f'<table class="lines">{head}<tbody>{rows}</tbody></table>'


def _pictures(pair: Pair, pictures: Pictures | None, stem: str) -> str:
    if pictures is not None and pictures.files:
        said = {
            "before": "Before",
            "after": "After",
            "changed": f"Changed pixels: {pictures.pixels:,} ({pictures.share_as_text})",
        }
        figures = "".join(
            f'<figure><figcaption>{said[name]}</figcaption><img src="{escape(stem)}.{name}.png" '
            f'alt="{escape(said[name])}"></figure>'
            for name in pictures.files
        )
        return f'<h2>Pictures</h2><div class="sides{" two" if len(pictures.files) < 3 else ""}">{figures}</div>'
    frames = "".join(
        f"<figure><figcaption>{when}</figcaption>"
        f"{mail_frame(escape(guarded(shot.rendered.html)), f'The message {when.lower()}')}</figure>"
        for when, shot in (("Before", pair.before), ("After", pair.after))
        if shot is not None and shot.rendered is not None and shot.rendered.html
    )
    return f'<h2>Side by side</h2><div class="sides two">{frames}</div>' if frames else ""


def _diff(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    shown: list[str] = []
    for kind, old, new in _blocks(lines):
        shown += _block_lines(kind, old, new)
    return f'<section><h2>{title}</h2><pre class="diff">{"".join(shown)}</pre></section>'


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Lines that stay one by one, and each run of lines that went with the run that came in its place."""
    place = 0
    while place < len(lines):
        old, new = [], []
        while place < len(lines) and lines[place][:1] == "-":
            old.append(lines[place][1:])
            place += 1
        while place < len(lines) and lines[place][:1] == "+":
            new.append(lines[place][1:])
            place += 1
        if old or new:
            yield "moved", old, new
        else:
            yield ("at" if lines[place][:2] == "@@" else ""), [lines[place]], []
            place += 1


def _block_lines(kind: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if kind != "moved":
        yield from (f'<span class="{kind}">{escape(line)}</span>' for line in old)
    elif len(old) == len(new):
        yield from (f'<span class="minus">-{_words(*both, "del")}</span>' for both in zip(old, new, strict=True))
        yield from (f'<span class="plus">+{_words(*both, "ins")}</span>' for both in zip(new, old, strict=True))
    else:
        yield from (f'<span class="minus">-{escape(line)}</span>' for line in old)
        yield from (f'<span class="plus">+{escape(line)}</span>' for line in new)


def _words(text: str, other: str, tag: str) -> str:
    """The text with the words marked that the other has not."""
    if max(len(text), len(other)) > _LONGEST:
        return escape(text)
    mine, theirs = _WORDS.findall(text), _WORDS.findall(other)
    shown = []
    for what, start, end, _, _ in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        piece = escape("".join(mine[start:end]))
        shown.append(piece if what == "equal" or not piece else f"<{tag}>{piece}</{tag}>")
    return "".join(shown)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
