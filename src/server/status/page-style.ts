/**
 * The status page's style sheet. The colours of the lines keep their distance for colour-blind readers too (Okabe and Ito
 * 2008), and each line has dashes of its own.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f8fa; --card: #fff; --edge: #d8dee4; --ink: #1f2328; --faint: #57606a; --link: #0969da;
  --good: #1a7f37; --bad: #9a4a00; --bad-paper: #fff5e6;
  --look0: #0072b2; --look1: #b34e00; --look2: #007a59; --look3: #a8487f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --card: #161b22; --edge: #30363d; --ink: #e6edf3; --faint: #9198a1; --link: #58a6ff;
    --good: #3fb950; --bad: #f0a13c; --bad-paper: #2b1d0a;
    --look0: #56b4e9; --look1: #e69f00; --look2: #2fc49a; --look3: #d893b9;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem clamp(0.75rem, 3vw, 2rem) 2rem; max-width: 76rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
}
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 0; font-size: 1rem; }
p { margin: 0; }
a { color: var(--link); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1.25rem; margin-bottom: 1rem; }
.faint { color: var(--faint); font-size: 0.875rem; }
.state { font-weight: 600; color: var(--good); }
.state.troubled { color: var(--bad); }
.state::before { content: '●'; margin-right: 0.4em; }
.card { container-type: inline-size; padding: 0.8rem clamp(0.8rem, 2vw, 1.1rem); background: var(--card); border: 1px solid var(--edge); border-radius: 0.6rem; }
.notice { margin-bottom: 1rem; background: var(--bad-paper); border-color: var(--bad); }
.tiles, .plots { display: grid; gap: 0.9rem; margin-bottom: 0.9rem; }
.tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.plots { grid-template-columns: minmax(0, 1fr); }
@media (min-width: 38rem) { .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
@media (min-width: 48rem) { .plots { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (min-width: 68rem) { .tiles { grid-template-columns: repeat(6, minmax(0, 1fr)); } }
.tiles p { overflow-wrap: anywhere; }
.number { font-size: clamp(1.15rem, 5vw, 1.4rem); font-weight: 600; line-height: 1.4; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.1rem; margin: 0.2rem 0 0.4rem; padding: 0; list-style: none; }
svg { display: block; width: 100%; height: auto; }
svg.key { display: inline-block; width: 1.75rem; height: 0.75rem; margin-right: 0.4rem; }
svg text { fill: var(--faint); font-size: 12px; }
@container (max-width: 24rem) { svg text { font-size: 15px; } svg .spare { display: none; } }
@container (min-width: 34rem) { svg text { font-size: 10px; } }
.grid { stroke: var(--edge); stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.area { opacity: 0.14; }
.line.look0 { stroke: var(--look0); } .area.look0 { fill: var(--look0); }
.line.look1 { stroke: var(--look1); stroke-dasharray: 7 4; }
.line.look2 { stroke: var(--look2); stroke-dasharray: 2 4; }
.line.look3 { stroke: var(--look3); stroke-dasharray: 10 4 2 4; }
.scroll { overflow-x: auto; }
summary { cursor: pointer; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.3rem 0 0.3rem 0.75rem; text-align: right; font-variant-numeric: tabular-nums; }
th { font-weight: 600; }
tr + tr > *, tbody tr > * { border-top: 1px solid var(--edge); }
th:first-child { padding-left: 0; }
th:first-child, .words { text-align: left; }
.words { width: 60%; }
td.words { color: var(--faint); }
footer { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 1.25rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
`
