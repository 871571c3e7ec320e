"""How the static site looks: light and dark, wide and narrow."""

STYLE = """
:root { color-scheme: light dark; --paper: #f6f5f2; --card: #fff; --ink: #22242a; --soft: #5f636e; --line: #e1dfd9;
  --accent: #2f5bd7; --good: #1d7a46; --warn: #94610a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14161b; --card: #1d2027; --ink: #e9eaee; --soft: #a3a8b4;
  --line: #31353f; --accent: #8fb0ff; --good: #6fd39a; --warn: #e9b65c; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI",
  Roboto, Helvetica, Arial, sans-serif; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.top { display: flex; gap: 14px; align-items: baseline; padding: 12px 24px; border-bottom: 1px solid var(--line);
  background: var(--card); }
.home { font-weight: 700; text-decoration: none; color: var(--ink); }
.where { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
main { max-width: 1240px; margin: 0 auto; padding: 24px; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h1 em { font-style: normal; color: var(--accent); }
h2 { margin: 28px 0 10px; font-size: 16px; overflow-wrap: anywhere; }
.lead { margin: 0 0 20px; color: var(--soft); }
.crumbs { margin: 0 0 8px; color: var(--soft); font-size: 13px; }
.bad { color: var(--bad); }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
th, td { padding: 9px 14px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: 12px; font-weight: 600; }
td code { overflow-wrap: anywhere; }
.matrix { border: 0; background: none; } .matrix tr:not(.group) { background: var(--card); }
.matrix .group th { padding-top: 22px; background: var(--paper); font-size: 14px; }
.matrix th[scope="row"] { width: 24%; font-weight: 600; overflow-wrap: anywhere; }
.matrix .subject { width: 34%; color: var(--soft); overflow-wrap: anywhere; }
.chips { line-height: 2.1; }
.chip { display: inline-flex; align-items: center; gap: 7px; margin: 0 6px 0 0; padding: 1px 10px; border: 1px solid
  var(--line); border-radius: 999px; color: var(--ink); font-size: 13px; line-height: 24px; text-decoration: none; }
.chip:hover { border-color: var(--accent); }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--good); }
.warned .dot { background: var(--warn); }
.failed .dot { border-radius: 1px; background: var(--bad); }
.chip.failed { border-color: var(--bad); color: var(--bad); }
.tag { display: inline-block; padding: 0 8px; border: 1px solid var(--line); border-radius: 999px; color: var(--soft);
  font-size: 12px; font-weight: 500; line-height: 20px; vertical-align: middle; }
.tag.ok { color: var(--good); } .tag.warned { color: var(--warn); } .tag.failed { color: var(--bad); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.envelope { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0 0 20px; padding: 14px 18px;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.envelope dt { color: var(--soft); } .envelope dd { margin: 0; overflow-wrap: anywhere; }
.warning { margin: 0 0 12px; padding: 8px 14px; border-left: 3px solid var(--warn); background: var(--card); }
.fault { padding: 4px 18px 14px; background: var(--card); border: 1px solid var(--bad); border-radius: 8px; }
.fault h2 { margin-top: 12px; color: var(--bad); }
.frames { display: grid; grid-template-columns: minmax(0, 1fr) 377px; gap: 20px; align-items: start; }
figure { margin: 0; } .wide { overflow-x: auto; } .wide iframe { min-width: 660px; }
figcaption { margin: 0 0 6px; color: var(--soft); font-size: 13px; }
iframe { display: block; width: 100%; height: 820px; border: 1px solid var(--line); border-radius: 8px;
  background: #fff; }
pre { margin: 0; padding: 14px 18px; overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.fault pre { padding: 10px 0 0; border: 0; white-space: pre; }
.sources { margin: 0; padding-left: 20px; } .sources code { overflow-wrap: anywhere; }
@media (max-width: 1000px) { .frames { grid-template-columns: minmax(0, 1fr); } .phone { max-width: 377px; } }
@media (max-width: 620px) {
  main { padding: 16px 14px; } .top { padding: 12px 14px; } h1 { font-size: 22px; }
  table, tbody, tr, td, th { display: block; width: auto !important; } thead { display: none; }
  tr { padding: 8px 0; border-top: 1px solid var(--line); } tbody tr:first-child { border-top: 0; }
  .matrix .group { padding: 0; } .matrix .group th { padding-top: 18px; }
  td, th { padding: 3px 14px; border: 0; }
  .envelope { grid-template-columns: 1fr; gap: 0; } .envelope dd { margin: 0 0 8px; }
  .phone { order: -1; max-width: none; } iframe { height: 640px; }
}
"""
