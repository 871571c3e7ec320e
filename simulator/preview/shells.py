"""A framed page in two: the shell, which one document keeps, and the content that changes in it with every save.

A document that is handed to a frame costs a navigation. A document that is never closed takes the next content into the
shell it has, without a script: each version stands in an element of ours, and a rule shows the newest. The element has
no box, inherits all its parent has and can be named by no style sheet of the page, so that the picture is the one of
the whole page. Where that cannot be told for sure there is no shell, and the page is shown as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.preview.frames import changed_style
from simulator.preview.marks import ATTRIBUTE
from simulator.preview.wrapped_styles import BodyNames, is_blind_to_a_wrapper, is_far_sighted
from simulator.rendering.css import is_too_deep

if TYPE_CHECKING:
    from turbohtml import Document, Element

LARGEST_PAGE = 400_000
"""Characters of a page beyond which it is shown as a whole: one document keeps many versions of it."""

# Versions stand beside each other in one document: what could meet there is shown as a whole.
_WHOLE_ONLY = frozenset(
    ("script", "noscript", "template", "plaintext", "xmp", "noembed", "noframes", "frameset")  # read in another way
    + ("svg", "math", "map", "label", "input", "select", "textarea", "button")  # know others by id or name
    + ("details", "dialog", "audio", "video", "link", "mw-page")  # open, play, load, or bear our name
)
_NOT_IN_BODY = frozenset(("meta", "base"))
_MEETING = frozenset(("popover", "popovertarget", "commandfor", "autofocus", "usemap"))
_OWN_ID = re.compile(r"mw-\d+\Z")
_OUR_NAMES = ("mw-page-", "mw-seen")

# A layer that comes first wins with what it calls important, whatever the page's own styles say. The element that asks
# for the address of a version has no pixel: with one more of them a body that is half clear is mixed in another way.
_OWN_STYLE = (
    '<style mw="">@layer mw{mw-page{all:inherit!important;zoom:1!important;text-decoration:none!important;'
    "display:none!important}mw-page::before,mw-page::after,#mw-seen::before,#mw-seen::after{content:none!important}"
    "#mw-seen{all:initial!important;position:fixed!important;visibility:hidden!important}"
    "style[mw]{display:none!important}}</style>"
)


@dataclass(frozen=True, slots=True)
class Shell:
    """A page in two. *opening* is all up to the body's content; pages with the same *digest* share it."""

    opening: str
    digest: str
    content: str
    target: str = ""  # the id of the element that changed, as the content has it
    is_own_target: bool = False  # whether no other version has that id


class _Skeleton(NamedTuple):
    root: Element
    head: Element
    body: Element


def _skeleton(page: Document) -> _Skeleton | None:
    root, head, body = page.select_one("html"), page.select_one("head"), page.select_one("body")
    return None if root is None or head is None or body is None else _Skeleton(root, head, body)


def shell_of(page: str, *, target: str = "", number: int = 0) -> Shell | None:
    """The framed *page* in two, as version *number* of its document; None where it is shown as a whole."""
    if len(page) > LARGEST_PAGE or is_too_deep(page):
        return None
    from turbohtml import parse

    whole = parse(page, positions=False)
    skeleton = _skeleton(whole)
    if skeleton is None or not _can_be_wrapped(whole, skeleton.body):
        return None
    root, head, body = skeleton
    styles = _take_styles(body)
    is_own = _name_target(body, target, number)
    opening = (
        f"<!doctype html>{_start_tag(root)}<head>{_OWN_STYLE}{head.inner_html}{styles}</head>{_start_tag(body)}"
        f'<i id="mw-seen"></i>'
    )
    shell = Shell(
        opening,
        blake2b(opening.encode("utf-8", "replace"), digest_size=12).hexdigest(),
        body.inner_html,
        f"{target}-{number}" if is_own else target,
        is_own,
    )
    return shell if _is_read_as(shell, skeleton, styles) else None


def version(shell: Shell, number: int, seen: str) -> str:
    """What the open document takes in to show the shell's content; then the address *seen* is asked for.

    The content comes unseen and one rule brings it to the front, so that no half of it is ever painted.
    """
    own, style = f"mw-page-{number}", changed_style(shell.target)
    if style and not shell.is_own_target:
        style = style.replace(f"#{shell.target}{{", f":where(#{own}) #{shell.target}{{")
    shown = f"mw-page:not(#{own}){{display:none!important}}mw-page#{own}{{display:contents!important}}"
    return (
        (f'<style mw="">{style}</style>' if style else "")
        + f'<mw-page id="{own}">{shell.content}</mw-page>'
        + f'<style mw="">@layer mw{{{shown}#mw-seen{{background-image:url("{seen}")!important}}}}</style>'
    )


def _can_be_wrapped(page: Document, body: Element) -> bool:
    names = BodyNames(str(body.attr("id") or ""), frozenset(str(body.attr("class") or "").split()))
    for element in page.iter_elements():
        if element.tag in _WHOLE_ONLY or not _MEETING.isdisjoint(element.attrs):
            return False
        if str(element.attr("id") or "").startswith(_OUR_NAMES):
            return False
        if is_far_sighted(str(element.attr("style") or "")):
            return False
        if element.tag == "style" and not is_blind_to_a_wrapper(element.text, names):
            return False
    return not any(element.tag in _NOT_IN_BODY for element in body.iter_elements())


def _take_styles(body: Element) -> str:
    """The style elements of the body, which hold for all of a page; empty ones are left in their places."""
    found = [element for element in body.iter_elements() if element.tag == "style"]
    styles = "".join(element.html for element in found)
    for element in found:
        element.set_text("")
    return styles


def _name_target(body: Element, target: str, number: int) -> bool:
    """Give the changed element an id that no other version has, where its id is one of ours."""
    if not _OWN_ID.match(target):
        return False
    element = body.select_one(f"#{target}[{ATTRIBUTE}]")
    if element is None:
        return False
    element.attrs["id"] = f"{target}-{number}"
    return True


def _start_tag(element: Element) -> str:
    parts = (f' {name}="{escape(_text(value))}"' for name, value in element.attrs.items())
    return f"<{element.tag}{''.join(parts)}>"


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _is_read_as(shell: Shell, theirs: _Skeleton, styles: str) -> bool:
    """Whether a browser builds the very same page of the two: not everything can be written down and read again."""
    from turbohtml import parse

    again = parse(shell.opening + version(shell, 0, ""), positions=False)
    mine = _skeleton(again)
    own = again.select_one("body > mw-page")
    if mine is None or own is None:
        return False
    return (
        _start_tag(mine.root) == _start_tag(theirs.root)
        and _start_tag(mine.body) == _start_tag(theirs.body)
        and mine.head.inner_html == f"{_OWN_STYLE}{theirs.head.inner_html}{styles}"
        and len(own.children) == len(theirs.body.children)
        and all(one.equals(other) for one, other in zip(own.children, theirs.body.children, strict=True))
    )
