"""The pages of the static site, as HTML; everything that comes from content or people is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from simulator.rendering.output import envelope
from simulator.rendering.site_style import STYLE

if TYPE_CHECKING:
    from simulator.rendering.site import Shot

# Nothing but what stands in the page itself: no script, no network, no form.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; form-action 'none'; base-uri 'none'"
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"
_WORDS = {"ok": "ok", "warned": "warning", "failed": "failed"}
_HEAD = re.compile(r"<head(?:\s[^>]{0,2000})?>", re.IGNORECASE)


def document_page(title: str, body: str, up: str = "", style: str = STYLE) -> str:
    """A page of its own, which loads and runs nothing."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<header class="top"><a class="home" href="{up}index.html">mailwright</a>
<span class="where">{escape(title)}</span></header>
<main>
{body}
</main>
</body>
</html>
"""


def index_page(shots: Sequence[Shot], workspace: str) -> str:
    """Every message with its samples and their status, campaign by campaign."""
    failed = sum(shot.status == "failed" for shot in shots)
    messages = len({(shot.campaign, shot.name, shot.language) for shot in shots})
    summary = f"{messages} messages, {len(shots)} pages, "
    summary += f'<b class="bad">{failed} failing</b>' if failed else "none failing"
    parts = [f'<h1>Messages as <em>{escape(workspace)}</em></h1><p class="lead">{summary}</p>']
    groups = []
    for campaign, in_campaign in groupby(shots, lambda shot: shot.campaign):
        rows = [_row(list(same)) for _, same in groupby(in_campaign, lambda shot: (shot.name, shot.language))]
        heading = f'<tr class="group"><th colspan="3" scope="rowgroup">{escape(campaign)}</th></tr>'
        groups.append(f"<tbody>{heading}{''.join(rows)}</tbody>")
    head = "<thead><tr><th>Message</th><th>Subject</th><th>Samples</th></tr></thead>"
    parts.append(f'<table class="matrix">{head}{"".join(groups)}</table>')
    return document_page("All messages", "\n".join(parts))


def _row(shots: Sequence[Shot]) -> str:
    first = shots[0]
    language = "" if first.language is None else f' <span class="tag">{escape(first.language)}</span>'
    kind = "" if first.kind == "email" else f' <span class="tag">{escape(first.kind.replace("_", "-"))}</span>'
    words = next((_words_of(shot) for shot in shots if shot.rendered is not None), "")
    chips = "".join(
        f'<a class="chip {shot.status}" href="{escape(shot.page)}"><span class="dot"></span>'
        f'{escape(shot.sample.name or "nobody")}<span class="sr"> {_WORDS[shot.status]}</span></a>'
        for shot in shots
    )
    return (
        f'<tr><th scope="row">{escape(first.name)}{language}{kind}</th><td class="subject">{escape(words)}</td>'
        f'<td class="chips">{chips}</td></tr>'
    )


def _words_of(shot: Shot) -> str:
    rendered = shot.rendered
    if rendered is None:
        return ""
    return rendered.subject or rendered.fields.get("title", "") or rendered.url or rendered.text[:90]


def message_page(shot: Shot, workspace: str, sources: Iterable[tuple[str, str, str]]) -> str:
    """One message with one sample: its envelope, the mail at two widths, its text, where it comes from."""
    up = "../"
    heading = (
        f'<p class="crumbs"><a href="{up}index.html">All messages</a> / {escape(shot.campaign)}</p>'
        f'<h1>{escape(shot.name)} <span class="tag {shot.status}">{_WORDS[shot.status]}</span></h1>'
        f'<p class="lead">with <b>{escape(shot.sample.name or "nobody")}</b>, as {escape(workspace)}, at '
        f"{shot.moment.strftime('%Y-%m-%d %H:%M')} UTC</p>"
    )
    body = _failure(shot) if shot.rendered is None else _rendered(shot)
    return document_page(
        f"{shot.title} · {shot.sample.name or 'nobody'}", f"{heading}\n{body}\n{_sources(sources)}", up
    )


def _failure(shot: Shot) -> str:
    fault = shot.fault
    assert fault is not None  # what is not rendered has a fault
    return (
        f'<section class="fault"><h2>This message fails</h2><p><code>{escape(fault.reason)}</code> '
        f"{escape(fault.failure)}</p><pre>{escape(shot.picture)}</pre></section>"
    )


def _rendered(shot: Shot) -> str:
    rendered = shot.rendered
    assert rendered is not None
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in envelope(rendered))
    parts = [f'<dl class="envelope">{rows}</dl>' if rows else ""]
    parts += [f'<p class="warning">{escape(warning)}</p>' for warning in rendered.warnings]
    if rendered.html:
        page = escape(guarded(rendered.html))
        wide, narrow = mail_frame(page, "The message on a desktop"), mail_frame(page, "The message on a phone")
        parts.append(
            f'<div class="frames"><figure class="wide"><figcaption>Desktop</figcaption>{wide}</figure>'
            f'<figure class="phone"><figcaption>Phone</figcaption>{narrow}</figure></div>'
        )
    label = "Plain text" if rendered.html else "Text"
    parts.append(f"<section><h2>{label}</h2><pre>{escape(rendered.text)}</pre></section>")
    if rendered.links:
        parts.append(_links(shot))
    return "\n".join(parts)


def mail_frame(page: str, title: str) -> str:
    """A frame for an escaped page."""
    # No permission at all: no script, no form, no window, no access to the page around it.
    return f'<iframe sandbox="" title="{title}" loading="lazy" referrerpolicy="no-referrer" srcdoc="{page}"></iframe>'


def guarded(html: str) -> str:
    """The mail with a policy of its own at its head, so that it cannot load or send anything."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_MAIL_POLICY}">'
    found = _HEAD.search(html)
    at = found.end() if found is not None else 0
    return f"{html[:at]}{policy}{html[at:]}"


def _links(shot: Shot) -> str:
    assert shot.rendered is not None
    rows = "".join(
        f"<tr><td>{escape(link.label) or '<i>no words</i>'}</td><td><code>{escape(link.url)}</code></td>"
        f"<td>{'tracked' if link.tracked else 'untracked'}</td></tr>"
        for link in shot.rendered.links
    )
    return (
        f"<section><h2>Links</h2><table><thead><tr><th>Words</th><th>Address</th><th>Tracking</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></section>"
    )


def _sources(sources: Iterable[tuple[str, str, str]]) -> str:
    items = "".join(
        f"<li>{escape(what)}: "
        + (f'<a href="{escape(link)}"><code>{escape(file)}</code></a>' if link else f"<code>{escape(file)}</code>")
        + "</li>"
        for what, file, link in sources
    )
    return f'<section><h2>Made of</h2><ul class="sources">{items}</ul></section>'
