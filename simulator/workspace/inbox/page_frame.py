"""The frame of the server's pages: one style, light and dark, wide and narrow."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6579; --line: #dfe3ea; --paper: #fff; --ground: #f4f6f9;
  --accent: #2f5bea; --accent-soft: #e8eefe; --good: #17734a; --good-soft: #e2f5ec; --bad: #b3261e; --bad-soft: #fdeae8;
  --wait: #8a5a00; --wait-soft: #fdf1dc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf1; --soft: #9aa5b9; --line: #2c3444; --paper: #171c26;
  --ground: #10141c; --accent: #8fabff; --accent-soft: #222c47; --good: #74d6a6; --good-soft: #15301f;
  --bad: #ff9d94; --bad-soft: #3b1d1b; --wait: #f0c067; --wait-soft: #362a12; } }
* { box-sizing: border-box; }
html, body { margin: 0; height: 100%; }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
  background: var(--ground); display: flex; flex-direction: column; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.top { display: flex; gap: 6px 20px; align-items: center; flex-wrap: wrap; padding: 10px 20px; background: var(--paper);
  border-bottom: 1px solid var(--line); }
.top strong { font-size: 16px; letter-spacing: -.01em; } .top nav { display: flex; gap: 4px; flex-wrap: wrap; }
.top nav a { color: var(--soft); text-decoration: none; padding: 4px 10px; border-radius: 6px; }
.top nav a[aria-current] { color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.top .clock { margin-left: auto; color: var(--soft); font-size: 13px; }
.page { max-width: 1080px; width: 100%; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 28px 0 8px; } small { color: var(--soft); font-weight: 400; font-size: 13px; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: 13px; }
th, td { padding: 6px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } td.note { min-width: 220px; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 20px; color: var(--soft); margin: 0; }
.mark { display: inline-block; min-width: 22px; text-align: center; border-radius: 4px; background: var(--accent-soft);
  color: var(--accent); padding: 0 6px; }
"""


def framed(title: str, body: str, *, style: str = "", top: str = "") -> str:
    """A whole page; *body* and *top* are HTML already."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        "<link rel=icon href=data:,>"
        f"<title>{escape(title)} - mailwright</title><style>{STYLE}{style}</style>"
        f"<header class=top><strong>mailwright</strong>{top or _links()}</header>{body}</html>"
    )


def _links() -> str:
    return "<nav><a href=/inbox>Inbox</a><a href=/_coverage>Coverage</a></nav>"
