"""A rendered page as it stands in the preview's frame: nothing runs, nothing is loaded from elsewhere unless asked."""

from __future__ import annotations

import re

VIEWER = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Picture</title></head><body></body></html>'
"""What emails are framed in: an empty page of ours whose policy every frame inside it inherits."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'{style}; img-src {image}; font-src {font}; media-src {media}; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
# Tags are taken as far as the next `>` and never looked at twice, so that no page makes this slow.
_MEDIA = re.compile(r"<(?:img|table|td|th|tr|tbody|body|video|audio|source|input)\b[^>]*+", re.IGNORECASE)
_SOURCE = re.compile(
    r"""(?<=[\s/"'])(?:src|srcset|background|poster)(?=\s*=\s*["']?\s*(?:https?:)?//)""", re.IGNORECASE
)
_LEADING = re.compile(r"<(?:a|area|form)\b[^>]*+", re.IGNORECASE)
_TARGET = re.compile(r"""(?<=[\s/"'])target(?=\s*=)""", re.IGNORECASE)
_PLUG_IN = re.compile(r"<(?=/?(?:iframe|frame|frameset|object|embed|portal|fencedframe)\b)(/?)", re.IGNORECASE)
_URL = re.compile(r"""(url\(\s*["']?)\s*(?:https?:)?//""", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s+["'](?:https?:)?//[^;"']{0,2000}["'][^;]{0,200};?""", re.IGNORECASE)
_HINTS = re.compile(r"<link\b[^>]*+>?", re.IGNORECASE)
_PLAIN_ID = re.compile(r"[A-Za-z][\w-]{0,99}\Z")
ALWAYS, NEVER = "(min-width: 0px)", "(max-width: 0px)"

_CHANGED_STYLE = """\
@keyframes mw-changed{0%,60%{outline-color:#2f6fde;background-color:#2f6fde1f}100%{outline-color:transparent}}
#TARGET{scroll-margin-block:40vh 70vh;scroll-initial-target:nearest;outline:2px solid transparent;outline-offset:2px;\
animation:mw-changed 1.6s ease-out 1}
@media (prefers-reduced-motion:reduce){#TARGET{animation-duration:.01s}}
"""
_INSPECT_TARGET = "#TARGET{outline:2px solid #2f6fde!important;animation:none!important}"
_INSPECT_STYLE = """\
[data-mw]{cursor:crosshair}
[data-mw]:hover:not(:has([data-mw]:hover)){outline:2px solid #d9480f!important;outline-offset:1px}
[data-mw]:hover:not(:has([data-mw]:hover))::after{content:attr(data-mw)!important;position:fixed!important;\
left:0!important;bottom:0!important;z-index:2147483647!important;padding:5px 9px!important;\
background:#14181f!important;color:#fff!important;font:12px/1.3 ui-monospace,monospace!important;\
text-align:left!important;text-decoration:none!important}
"""


def policy(*, remote: bool, seen: str = "") -> str:
    """The policy of the viewer and of all in it: no scripts; remote content only where asked for.

    A document that stays open may ask for the address *seen*, and nothing else of this server.
    """
    elsewhere = " https: http:" if remote else ""
    return _POLICY.format(
        style=elsewhere,
        image=f"data:{elsewhere}{f' {seen}' if seen else ''}",
        font=f"data:{elsewhere}",
        media=elsewhere.strip() or "'none'",
    )


def viewer_policy(host: str, *, remote: bool) -> str:
    """The policy of the viewer: as that of all in it, and documents that stay open may stand in it."""
    return f"{policy(remote=remote)}; frame-src http://{host}/stream/"


def open_policy(seen: str, *, remote: bool) -> str:
    """The policy of a document that stays open: an origin of its own and no scripts, in whatever frame it stands."""
    return f"{policy(remote=remote, seen=seen)}; sandbox"


def framed(page: str, *, dark: bool = False, remote: bool = False, inspect: bool = False, target: str = "") -> str:
    """The page for the frame, with the element whose id is *target* in view.

    Dark and light are put into its media queries, so that they do not hang on the reader's own screen. Links open
    nowhere: the frame may open no window, and the base sends all of them to a new one.
    Assumed: a mail client in dark mode uses the email's own dark styles; clients that recolour by themselves are not
    imitated. No client shows frames or plug-ins.
    """

    def answer(found: re.Match[str]) -> str:
        return ALWAYS if (found[1].lower() == "dark") is dark else NEVER

    shown = _without(_TARGET, _LEADING, _SCHEME.sub(answer, page))
    # The policy blocks frames and plug-ins, yet the browser has called their hosts by then.
    shown = _PLUG_IN.sub(r"<\1mw-", shown)
    if not remote:
        shown = _without_remote(shown)
    style = _INSPECT_STYLE if inspect else ""
    changed = changed_style(target)
    if changed:
        style += changed + (_INSPECT_TARGET.replace("TARGET", target) if inspect else "")
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta name="color-scheme" content="{"dark" if dark else "light"}"><base target="_blank">'
        f"<style>{style}</style>{shown}"
    )


def changed_style(target: str) -> str:
    """What lights up the element that changed and has it in view; nothing for an id that is more than a plain name.

    The margins are taller than the frame: wherever the element was, its top then stands two fifths down.
    """
    return _CHANGED_STYLE.replace("TARGET", target) if _PLAIN_ID.match(target) else ""


def _without_remote(page: str) -> str:
    """The page without what would be loaded from elsewhere; what is missed here, the policy still blocks.

    Hints to connect elsewhere are no loads, and no policy stops them: `link` elements are left out altogether.
    """
    return _without(_SOURCE, _MEDIA, _URL.sub(r"\1data:,", _IMPORT.sub("", _HINTS.sub("", page))))


def _without(attribute: re.Pattern[str], tag: re.Pattern[str], page: str) -> str:
    """The page with an attribute under a name that means nothing, wherever such a tag has it."""
    return tag.sub(lambda found: attribute.sub(lambda name: f"data-mw-{name[0]}", found[0]), page)
