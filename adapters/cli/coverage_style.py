"""How the page of rule coverage looks and what it does: its style sheet and its script."""

STYLE = """
:root { --ink: #22262c; --soft: #5b636e; --line: #e3e6ea; --paper: #fff; --shade: #f6f7f9;
  --full: #d5efdc; --part: #fdeeb8; --none: #fbd3ce; --never: #e6e8ec;
  --full-edge: #2c8a4b; --part-edge: #b98900; --none-edge: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6ea; --soft: #9aa3af; --line: #30353c;
  --paper: #16191d; --shade: #1e2227; --full: #1e4a2d; --part: #574604; --none: #642620;
  --never: #343a42; --full-edge: #4cc274; --part-edge: #e0b32e; --none-edge: #f0796c; } }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0; display: grid; grid-template-columns: minmax(0, 1fr) 24rem;
  grid-template-areas: "head told" "main told"; }
header { grid-area: head; padding: 1.2rem 1.5rem 0; }
main { grid-area: main; padding: 0 1.5rem 4rem; }
h1 { font-size: 1.45rem; margin: 0 0 .2rem; } header p { margin: .2rem 0 .8rem; }
h2 { font-size: 1rem; margin: 2rem 0 .4rem; font-family: ui-monospace, monospace; }
a { color: inherit; }
table { border-collapse: collapse; }
.files td { padding: .12rem .9rem .12rem 0; } .files .sum td { border-top: 1px solid var(--soft); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; width: 12rem; height: .7rem; background: var(--none); border-radius: 3px; }
.bar span { display: block; height: 100%; background: var(--full-edge); border-radius: 3px; }
.legend b { font-weight: 400; padding: .05rem .45rem; border-radius: 3px; }
.source { width: 100%; font-family: ui-monospace, monospace; font-size: 13px; line-height: 1.55; }
.source td { padding: 0 .6rem 0 0; vertical-align: top; }
.source code { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
.no, .count { text-align: right; color: var(--soft); width: 3.2rem; user-select: none;
  font-variant-numeric: tabular-nums; }
.count { border-right: 4px solid var(--line); padding-right: .5rem !important; }
tr.full .count { border-color: var(--full-edge); }
tr.part .count { border-color: var(--part-edge); }
tr.none .count { border-color: var(--none-edge); }
.source td:last-child { padding-left: .7rem; }
span.full, b.full { background: var(--full); } span.part, b.part { background: var(--part); }
span.none, b.none { background: var(--none); } span.never, b.never { background: var(--never); }
code span { border-radius: 2px; cursor: default; }
code span:hover, code span:focus, code span.held { outline: 2px solid var(--ink); }
aside { grid-area: told; position: sticky; top: 0; height: 100vh; overflow: auto;
  padding: 1.2rem; background: var(--shade); border-left: 1px solid var(--line); }
aside h3 { font-size: .8rem; margin: 1.2rem 0 0; color: var(--soft); font-weight: 600; }
aside h3:first-child { margin-top: 0; }
aside p { margin: .1rem 0 .4rem; } aside p.text { font-family: ui-monospace, monospace;
  font-size: 13px; overflow-wrap: anywhere; }
aside table { width: 100%; } aside td { padding: .15rem .4rem; vertical-align: top; }
aside tr + tr td { border-top: 1px solid var(--line); }
aside ul { margin: 0; padding-left: 1rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 900px) { body { grid-template-columns: minmax(0, 1fr);
  grid-template-areas: "head" "main"; } aside { position: fixed; inset: auto 0 0; height: 40vh; } }
@media print { aside { display: none; } body { display: block; } }
"""

SCRIPT = """
const data = JSON.parse(document.getElementById("data").textContent);
const told = document.getElementById("told");
let held = null;
function element(name, parent, text, kind) {
  const made = parent.appendChild(document.createElement(name));
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
function row(table, mark) {
  const state = mark.scans ? "full" : mark.never ? "never" : "none";
  const line = element("tr", table);
  element("b", element("td", line), mark.outcome, state);
  const cell = element("td", line);
  if (!mark.scans) {
    cell.textContent = mark.never ? "cannot be: " + mark.never : "not seen";
    return;
  }
  cell.textContent = mark.scans.toLocaleString("en") + (mark.scans === 1 ? " scan" : " scans");
  const list = element("ul", cell);
  for (const [run, scans] of mark.in) element("li", list, data.runs[run] + " (" + scans + ")");
  if (mark.more) element("li", list, "and " + mark.more + " more " + data.what);
}
function tell(span) {
  told.replaceChildren();
  for (const number of span.dataset.b.split(",")) {
    const spot = data.spots[number];
    element("h3", told, spot.title);
    element("p", told, spot.text, "text");
    const table = element("table", told);
    for (const mark of spot.marks) row(table, mark);
  }
}
for (const span of document.querySelectorAll("[data-b]")) {
  span.addEventListener("mouseenter", () => { if (!held) tell(span); });
  span.addEventListener("focus", () => { if (!held) tell(span); });
  span.addEventListener("click", () => {
    const same = held === span;
    if (held) held.classList.remove("held");
    held = same ? null : span;
    if (held) held.classList.add("held");
    tell(span);
  });
}
"""
