"""The inbox as pages: a list, and one letter beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, urlencode

from simulator.workspace.inbox.letters import Letter
from simulator.workspace.inbox.page_frame import framed
from simulator.workspace.inbox.style import INBOX_STYLE

TABS = (("html", "Message"), ("text", "Text"), ("source", "Source"), ("why", "Why"))
_GOOD = frozenset({"sent", "delivered", "opened", "clicked", "converted", "replied"})
_BAD = frozenset({"failed", "undeliverable", "bounced", "dropped", "spammed", "suppressed"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the inbox a page stands: the workspace (none: all), what is searched for, the tab."""

    workspaces: tuple[str, ...]
    workspace: str | None = None
    search: str = ""
    tab: str = "html"
    remote: bool = False  # whether pictures from elsewhere are shown

    def list_address(self, workspace: str | None) -> str:
        """The list of a workspace, or of all."""
        path = "/inbox" if workspace is None else f"/inbox/{quote(workspace, safe='')}"
        return path + (f"?{urlencode({'q': self.search})}" if self.search else "")

    def letter_address(self, letter: Letter, tab: str = "html", *, remote: bool = False) -> str:
        """One letter, on a tab."""
        asked = {"tab": tab} if tab != "html" else {}
        if self.search:
            asked["q"] = self.search
        if self.workspace is None:
            asked["of"] = "all"
        if remote:
            asked["remote"] = "1"
        return part_address(letter, "") + (f"?{urlencode(asked)}" if asked else "")


def part_address(letter: Letter, part: str) -> str:
    """A letter, or with *part* what its page shows: `page` in the frame, `message.eml` to save."""
    path = f"/inbox/{quote(letter.workspace, safe='')}/{quote(letter.id, safe='')}"
    return f"{path}/{part}" if part else path


def inbox_page(
    place: Place, letters: Sequence[Letter], total: int, chosen: Letter | None, source: str, now: int, nonce: str
) -> str:
    """The whole page; *source* is the chosen letter as an email file, where its tab shows it."""
    letter = _letter(place, chosen, source) if chosen is not None else _nothing_chosen(letters)
    reading = " reading" if chosen is not None else ""
    body = (
        f'<div class="inbox{reading}"><section class=list aria-label="Messages">{_search(place)}'
        f"<div class=rows>{_rows(place, letters, chosen)}{_more(letters, total)}</div></section>"
        f"<main class=letter>{letter}</main></div>{_script(place, letters, nonce)}"
    )
    title = chosen.title if chosen is not None else "Inbox"
    return framed(title, body, style=INBOX_STYLE, top=_top(place, now))


def _top(place: Place, now: int) -> str:
    links = [_link("/inbox", "All", here=place.workspace is None)] if len(place.workspaces) > 1 else []
    links += [_link(place.list_address(name), name, here=place.workspace == name) for name in place.workspaces]
    links.append(_link("/_coverage", "Coverage", here=False))
    return f'<nav aria-label="Workspaces">{"".join(links)}</nav><span class=clock>It is {_time(now)} UTC</span>'


def _link(address: str, text: str, *, here: bool) -> str:
    return f'<a href="{escape(address)}"{" aria-current=page" if here else ""}>{escape(text)}</a>'


def _search(place: Place) -> str:
    path = "/inbox" if place.workspace is None else f"/inbox/{quote(place.workspace, safe='')}"
    return (
        f'<form class=find action="{escape(path)}"><input type=search name=q value="{escape(place.search)}" '
        'placeholder="Find by subject, person or campaign" aria-label="Find messages"></form>'
    )


def _rows(place: Place, letters: Iterable[Letter], chosen: Letter | None) -> str:
    return "".join(_row(place, letter, here=chosen is not None and chosen.id == letter.id) for letter in letters)


def _row(place: Place, letter: Letter, *, here: bool) -> str:
    by = letter.source if place.workspace is not None else f"{letter.workspace} · {letter.source}"
    to = ", ".join(letter.to) or letter.person
    return (
        f'<a class=row href="{escape(place.letter_address(letter))}"{" aria-current=true" if here else ""}>'
        f"<b>{escape(letter.title)}</b>{_short_time(letter.at)}"
        f"<span class=who>{escape(to)}</span>{_state(letter.state)}<span class=by>{escape(by)}</span></a>"
    )


def _state(state: str) -> str:
    kind = "good" if state in _GOOD else "bad" if state in _BAD else "wait"
    return f'<span class="state {kind}">{escape(state)}</span>'


def _more(letters: Sequence[Letter], total: int) -> str:
    if not letters or total <= len(letters):
        return ""
    return f"<p class=none>The newest {len(letters)} of {total:,} messages. Search finds the others.</p>"


def _nothing_chosen(letters: Sequence[Letter]) -> str:
    if letters:
        return "<p class=none>Choose a message.</p>"
    return (
        "<div class=none><p>Nothing was sent yet.</p><p>Identify a person and send an event that a campaign waits for; "
        "what it sends appears here.</p><p><code>curl -u SITE_ID:TRACK_KEY …/api/v1/customers/1/events "
        '-d \'{"name": "signed_up"}\'</code></p></div>'
    )


def _letter(place: Place, letter: Letter, source: str) -> str:
    rows = [
        ("From", letter.sender), ("To", ", ".join(letter.to) or letter.person), ("Cc", ", ".join(letter.cc)),
        ("Bcc", ", ".join(letter.bcc)), ("Reply-To", letter.reply_to), ("Preheader", letter.preheader),
        ("Request", letter.request), ("Files", ", ".join(letter.attachments)), ("Sent by", _sent_by(letter)),
        ("At", f"{_time(letter.at)} UTC"),
    ]  # fmt: skip
    facts = "".join(f"<dt>{name}<dd>{escape(value)}" for name, value in rows if value)
    failure = f"<p class=failure>{escape(letter.failure)}</p>" if letter.failure else ""
    return (
        f'<div class=head><a class=back href="{escape(place.list_address(place.workspace))}">← All messages</a>'
        f"<h1>{escape(letter.title)} {_state(letter.state)}</h1><dl>{facts}</dl>{failure}{_tabs(place, letter)}</div>"
        f"{_shown(place, letter, source)}"
    )


def _sent_by(letter: Letter) -> str:
    step = f", step {letter.step}" if letter.step else ""
    return f"{letter.source}{step} ({letter.workspace})"


def _tabs(place: Place, letter: Letter) -> str:
    links = [_link(place.letter_address(letter, tab), name, here=place.tab == tab) for tab, name in TABS]
    file = f'<a class=file href="{escape(part_address(letter, "message.eml"))}">Save .eml</a>'
    return f'<nav class=tabs aria-label="Views">{"".join(links)}{file if letter.channel == "email" else ""}</nav>'


def _shown(place: Place, letter: Letter, source: str) -> str:
    match place.tab:
        case "text":
            return f"<pre class=text>{escape(letter.text or 'No text part.')}</pre>"
        case "source":
            return f"<pre class=text>{escape(source)}</pre>"
        case "why":
            return _why(letter)
        case _:
            return _page(place, letter)


def _page(place: Place, letter: Letter) -> str:
    if not letter.html:
        said = letter.text or ("Nothing was rendered." if letter.failure else "No page.")
        return f"<pre class=text>{escape(said)}</pre>"
    other = place.letter_address(letter, remote=not place.remote)
    said = "Pictures from elsewhere are shown." if place.remote else "Pictures from elsewhere are not loaded."
    action = "Hide them" if place.remote else "Load them"
    frame = part_address(letter, "page") + ("?remote=1" if place.remote else "")
    return (
        f'<div class=bar><span>{said}</span><a href="{escape(other)}">{action}</a></div>'
        f'<iframe class=shown sandbox="allow-popups allow-popups-to-escape-sandbox" title="The message" '
        f'src="{escape(frame)}"></iframe>'
    )


def _why(letter: Letter) -> str:
    ids = "".join(
        f"<tr><th>{escape(name)}<td><code>{escape(str(value))}</code>" for name, value in letter.parent.items()
    )
    happened = "".join(f"<tr><td>{_time(at)}<td>{_state(metric)}" for metric, at in letter.metrics)
    reasons = "\n".join(letter.why)
    return (
        "<div class=why>"
        + (f"<h2>Why it was sent</h2><pre>{escape(reasons)}</pre>" if reasons else "")
        + f"<h2>What happened to it</h2><div class=wide><table>{happened}</table></div>"
        + f"<h2>What it belongs to</h2><div class=wide><table><tr><th>delivery_id<td><code>{escape(letter.id)}</code>"
        + f"{ids}</table></div></div>"
    )


def _script(place: Place, letters: Sequence[Letter], nonce: str) -> str:
    """Shows what is new: asks now and then which message is the newest, and loads the list again when it is another."""
    newest = letters[0].id if letters else ""
    asked = {"newest": "1", **({"workspace": place.workspace} if place.workspace else {})}
    return (
        f'<script nonce="{nonce}">const known={_as_script(newest)},at={_as_script("/_inbox?" + urlencode(asked))};'
        "const q=document.querySelector('.find input');"
        "setInterval(async()=>{try{const now=(await(await fetch(at)).json()).newest;"
        "if(now!==known&&!document.hidden&&document.activeElement!==q&&!q.value)location.reload()}catch{}},2000)</script>"
    )


def _as_script(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _short_time(at: int) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f'<time datetime="{moment.isoformat()}">{moment.strftime("%b %d, %H:%M")}</time>'
