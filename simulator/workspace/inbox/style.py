"""The style of the inbox, over the one of the frame."""

INBOX_STYLE = """
.inbox { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(300px, 380px) 1fr; }
.list { border-right: 1px solid var(--line); background: var(--paper); display: flex; flex-direction: column;
  min-height: 0; }
.find { padding: 10px 14px; border-bottom: 1px solid var(--line); }
.find input { width: 100%; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line);
  border-radius: 6px; padding: 6px 10px; }
.find input:focus-visible { outline: 2px solid var(--accent); outline-offset: 0; }
.rows { overflow-y: auto; flex: 1; }
.row { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; padding: 10px 14px; color: inherit;
  text-decoration: none; border-bottom: 1px solid var(--line); border-left: 3px solid transparent; }
.row:hover { background: var(--ground); }
.row[aria-current] { background: var(--accent-soft); border-left-color: var(--accent); }
.row:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.row b, .row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.row b { font-weight: 600; } .row time { color: var(--soft); font-size: 13px; white-space: nowrap; }
.row .who, .row .by { color: var(--soft); font-size: 13px; }
.row .by { grid-column: 1; } .row .state { grid-column: 2; justify-self: end; }
.state { display: inline-block; font-size: 12px; line-height: 18px; padding: 0 7px; border-radius: 9px;
  background: var(--ground); color: var(--soft); }
.state.good { background: var(--good-soft); color: var(--good); }
.state.bad { background: var(--bad-soft); color: var(--bad); }
.state.wait { background: var(--wait-soft); color: var(--wait); }
.none { color: var(--soft); padding: 40px 24px; text-align: center; } .none code { overflow-wrap: anywhere; }
.letter { min-width: 0; min-height: 0; display: flex; flex-direction: column; overflow-y: auto; }
.head { padding: 20px 24px 0; background: var(--paper); border-bottom: 1px solid var(--line); }
.head dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0 0 14px; font-size: 14px; }
.head dt { color: var(--soft); } .head dd { margin: 0; overflow-wrap: anywhere; }
.failure { background: var(--bad-soft); color: var(--bad); border-radius: 6px; padding: 8px 12px; margin: 0 0 14px;
  overflow-wrap: anywhere; }
.tabs { display: flex; gap: 2px; flex-wrap: wrap; margin: 0 -8px; }
.tabs a { color: var(--soft); text-decoration: none; padding: 8px 12px; border-bottom: 2px solid transparent; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--accent); border-color: var(--accent); font-weight: 600; }
.tabs .file { margin-left: auto; }
.back { display: none; }
.bar { display: flex; gap: 8px 16px; flex-wrap: wrap; align-items: center; padding: 8px 24px; color: var(--soft);
  font-size: 13px; border-bottom: 1px solid var(--line); }
.shown { flex: 1; min-height: 480px; border: 0; width: 100%; background: #fff; display: block; }
pre.text { margin: 0; padding: 20px 24px; white-space: pre-wrap; overflow-wrap: anywhere; }
.why { padding: 16px 24px 32px; max-width: 76ch; } .why p { margin: 0 0 8px; }
.why pre { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 16px; }
.why th, .why td:first-child { width: 1%; white-space: nowrap; } .why h2:first-child { margin-top: 0; }
@media (max-width: 760px) {
  .inbox { display: block; } .list { border-right: 0; } .rows { overflow: visible; }
  .inbox.reading .list, .inbox:not(.reading) .letter { display: none; }
  .head { padding: 12px 16px 0; } .bar { padding: 8px 16px; } .why, pre.text { padding: 16px; }
  .back { display: inline-block; margin: 0 0 8px; text-decoration: none; } .tabs a { padding: 8px 9px; }
  .top { padding: 10px 14px; } .top .clock { margin-left: 0; width: 100%; }
}
"""
