"""How the coverage page looks."""

from __future__ import annotations

STYLE = """
:root { --ink:#18181b; --soft:#5f5f68; --line:#d4d4d8; --page:#fafafa; --card:#fff;
  --full:#14683c; --full-bg:#dcf3e4; --part:#855200; --part-bg:#fdeecb; --none:#a3142b; --none-bg:#fbdde1 }
@media (prefers-color-scheme: dark) { :root { --ink:#f1f1f3; --soft:#a9a9b2; --line:#3f3f46; --page:#131316;
  --card:#1d1d21; --full:#8fe0b0; --full-bg:#123524; --part:#f7cf7e; --part-bg:#3b2c0a; --none:#ffa8b4;
  --none-bg:#431019 } }
* { box-sizing: border-box }
body { margin:0; background:var(--page); color:var(--ink); font:15px/1.45 system-ui, sans-serif }
header, main { max-width:1200px; margin:0 auto; padding:16px 20px }
h1 { font-size:1.5rem; margin:.3em 0 } header p { margin:.3em 0; color:var(--soft) }
nav { display:flex; flex-wrap:wrap; gap:6px 14px; margin-top:10px }
nav a { color:var(--part) }
.mark { display:inline-block; padding:0 7px; border-radius:9px; font-size:.82rem; white-space:nowrap }
.mark.full { color:var(--full); background:var(--full-bg) } .mark.part { color:var(--part); background:var(--part-bg) }
.mark.none { color:var(--none); background:var(--none-bg) }
.mark.apart { color:var(--soft); border:1px solid var(--line) }
.card { background:var(--card); border:1px solid var(--line); border-radius:8px; margin:0 0 12px; padding:10px 14px }
summary { cursor:pointer } summary small, .conditions small { color:var(--soft) }
.conditions { list-style:none; margin:8px 0; padding:0; font-size:.9rem }
.conditions li { padding:2px 0; overflow-wrap:anywhere } .conditions em { color:var(--soft); font-style:normal;
  display:inline-block; min-width:4.2em }
.chain { list-style:none; margin:0; padding:0 }
.chain > li { padding:0 0 12px; position:relative }
.chain > li + li::before { content:""; position:absolute; left:18px; top:-12px; height:12px;
  border-left:2px solid var(--line) }
.step { border:1px solid var(--line); border-left-width:5px; border-radius:6px; padding:5px 10px; max-width:560px;
  overflow-wrap:anywhere }
.step.full { border-left-color:var(--full) } .step.none { border-left-color:var(--none); background:var(--none-bg) }
.step.apart { border-style:dashed }
.kind { color:var(--soft); font-size:.82rem; margin-right:4px } .on { color:var(--soft); margin:4px 0 }
.ways { list-style:none; display:flex; gap:14px; margin:0; padding:10px 0 0 18px; overflow-x:auto }
.ways > li { flex:1 1 0; min-width:230px; border-top:3px solid var(--line); padding-top:6px }
.ways > li.full { border-top-color:var(--full) } .ways > li.none { border-top-color:var(--none) }
.ways > li > .mark { margin-bottom:6px }
@media (max-width:640px) { header, main { padding:12px } .ways { flex-direction:column; padding-left:12px }
  .ways > li { min-width:0 } .conditions em { min-width:0 } }
@media print { .card { break-inside:avoid } }
"""
