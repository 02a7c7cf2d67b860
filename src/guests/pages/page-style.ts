import { TILE_RATIOS, tileClass } from './tile-ratio.ts'

/** The style sheet of all pages for guests. Text on every ground has a contrast of 4.5 at least (WCAG 2.2, 1.4.3). */
export const GUEST_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #faf9f7; --card: #fff; --edge: #ded9d2; --ink: #211d1a; --faint: #635b53;
  --accent: #0b5f56; --on-accent: #fff; --bad: #9b2c1d; --tile: #e6e1da; --shade: rgb(20 17 14 / .62);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151312; --card: #1f1c1a; --edge: #3a3531; --ink: #f2ede8; --faint: #aba299;
    --accent: #62d6c5; --on-accent: #06231f; --bad: #ff9d8c; --tile: #2a2623;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif;
}
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: clamp(1.35rem, 5vw, 1.9rem); line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1rem; }
a { color: var(--accent); }
.faint { color: var(--faint); font-size: .9rem; }
.unseen:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: fixed; z-index: 9; top: .5rem; left: .5rem; padding: .6rem 1rem; background: var(--card); border-radius: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.page { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem) 6rem; max-width: 100rem; }
.top { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; align-items: baseline; margin-bottom: 1rem; }
.top .languages { margin-left: auto; }
.languages ul, .actions, .pages { display: flex; flex-wrap: wrap; gap: .25rem .6rem; align-items: center; }
.languages a { display: inline-block; padding: .55rem .3rem; min-width: 1.75rem; text-align: center; }
.languages [aria-current] { color: var(--ink); font-weight: 650; text-decoration: none; }
.actions { margin-bottom: 1rem; }
.button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.75rem; padding: .5rem 1.1rem;
  border: 1px solid var(--edge); border-radius: .7rem; background: var(--card); color: var(--ink);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
.button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button:hover { border-color: var(--accent); }
.card { padding: 1rem clamp(.9rem, 2.5vw, 1.25rem); margin-bottom: 1rem; border: 1px solid var(--edge); border-radius: .9rem; background: var(--card); }
.hint { margin: -.4rem 0 1rem; }
.foot { margin-top: 1.5rem; text-align: center; }
.foot a { display: inline-block; padding: .6rem; }
.actions input:focus-visible + .button { outline: 3px solid var(--accent); outline-offset: 2px; }
.brought { display: grid; grid-template-columns: minmax(0, 1fr); gap: .4rem; }
.brought li + li { border-top: 1px solid var(--edge); padding-top: .4rem; }
.brought li { display: flex; flex-wrap: wrap; gap: .1rem .75rem; align-items: center; }
.brought .name { flex: 1 1 10rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.brought progress { flex: 1 1 100%; height: .35rem; accent-color: var(--accent); }
.brought .bad { color: var(--bad); }
.notice { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; }
.empty { padding: 18vh 1rem; text-align: center; color: var(--faint); font-size: 1.1rem; }
.wall { --row: clamp(7.5rem, 24vw, 15rem); display: flex; flex-wrap: wrap; gap: .35rem; }
.wall::after { content: ''; flex: 1000 1 0; }
.tile {
  --r: 1; position: relative; flex: var(--r) 1 calc(var(--r) * var(--row)); max-width: calc(var(--r) * var(--row) * 1.9);
  aspect-ratio: var(--r); overflow: hidden; border-radius: .45rem; background: var(--tile) center / cover;
}
.tile > a { display: block; width: 100%; height: 100%; }
.tile img { display: block; width: 100%; height: 100%; object-fit: cover; transition: opacity .25s; }
.tile img.coming { opacity: 0; }
.tile .named { position: absolute; inset: 0; display: grid; place-content: center; padding: .75rem; text-align: center; color: var(--ink); font-size: .85rem; overflow-wrap: anywhere; }
.tile.picked { outline: 4px solid var(--accent); outline-offset: -4px; }
.tile > a:focus-visible { outline: none; }
.tile:has(> a:focus-visible)::after { content: ''; position: absolute; inset: 0; border: 3px solid #fff; outline: 3px solid #111; outline-offset: -6px; border-radius: inherit; pointer-events: none; }
.pick { position: absolute; top: 0; left: 0; display: grid; place-content: center; width: 2.75rem; height: 2.75rem; cursor: pointer; }
.pick input {
  appearance: none; margin: 0; width: 1.6rem; height: 1.6rem; border: 2px solid #fff; border-radius: 50%;
  background: var(--shade); box-shadow: 0 0 0 1px rgb(0 0 0 / .35); display: grid; place-content: center; cursor: pointer;
}
.pick input:checked { background: #0b5f56; }
.pick input:checked::before { content: ''; width: .45rem; height: .8rem; margin-top: -.15rem; border: solid #fff; border-width: 0 .2rem .2rem 0; transform: rotate(45deg); }
.bar {
  position: fixed; z-index: 3; inset: auto 0 0; padding: .7rem clamp(.75rem, 3vw, 2rem) calc(.7rem + env(safe-area-inset-bottom));
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; background: var(--card); border-top: 1px solid var(--edge);
}
.bar output { font-weight: 650; }
.bar .faint { flex: 1 1 auto; }
@supports selector(:has(*)) { form:not(:has(.pick input:checked)) .bar { display: none; } }
.pages { justify-content: center; margin: 1.25rem 0; }
.drop { position: fixed; z-index: 5; inset: 1rem; display: grid; place-content: center; border: 3px dashed var(--accent); border-radius: 1rem; background: var(--card); opacity: .94; font-size: 1.3rem; font-weight: 650; pointer-events: none; }
.one { display: grid; grid-template-rows: auto minmax(14rem, 1fr) auto; height: 100vh; height: 100dvh; background: #0f0e0d; color: #f4f0ec; }
.one nav, .one footer { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; padding: .6rem clamp(.75rem, 3vw, 1.5rem); }
.one .button { background: #26221f; border-color: #4a443f; color: #f4f0ec; }
.one .button.main { background: #62d6c5; border-color: #62d6c5; color: #06231f; }
.one .button.turn { min-width: 2.75rem; padding: .5rem; font-size: 1.3rem; line-height: 1; }
.one nav .turns { margin-left: auto; display: flex; gap: .5rem; }
.one main { position: relative; min-height: 0; display: grid; place-items: center; }
.one main img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; background: center / contain no-repeat; }
.one :focus-visible { outline-color: #62d6c5; }
.one h1 { font-size: 1.05rem; letter-spacing: 0; }
.one footer .words { flex: 1 1 14rem; min-width: 0; }
.one dl { display: flex; flex-wrap: wrap; gap: 0 1rem; color: #c9c0b7; font-size: .9rem; }
.one dl div { display: flex; gap: .35rem; }
.one .none { padding: 2rem; text-align: center; color: #c9c0b7; }
.projector { height: 100vh; height: 100dvh; overflow: hidden; background: #000; color: #fff; }
.projector main { display: grid; gap: .5vmin; width: 100%; height: 100%; padding: .5vmin; grid-auto-flow: dense; }
.cell { position: relative; overflow: hidden; border-radius: .6vmin; background: #1b1817 center / cover; min-width: 0; min-height: 0; }
.cell.big { grid-area: span 2 / span 2; }
.cell img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; opacity: 0; transition: opacity 1.4s ease-in-out; }
.cell img.there { opacity: 1; }
.join { position: fixed; right: 2vmin; bottom: 2vmin; display: flex; gap: 1.4vmin; align-items: center; max-width: 50vw; padding: 1.2vmin 2.4vmin 1.2vmin 1.2vmin; border-radius: 1.4vmin; background: #fff; color: #111; box-shadow: 0 .4vmin 3vmin rgb(0 0 0 / .5); }
.join svg { flex: none; width: clamp(5rem, 20vmin, 14rem); height: auto; }
.join p { font-size: clamp(.8rem, 2vmin, 1.4rem); line-height: 1.35; overflow-wrap: anywhere; }
.join strong { display: block; }
.controls { position: fixed; left: 2vmin; bottom: 2vmin; display: flex; gap: .5rem; transition: opacity .4s; }
.controls .button { background: rgb(20 17 14 / .82); border-color: #7a726b; color: #fff; }
.projector.still .controls:not(:focus-within) { opacity: 0; }
.projector.still { cursor: none; }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { transition: none !important; scroll-behavior: auto !important; } }
@media (max-width: 34rem) { .top .languages { margin-left: 0; } .join p { display: none; } .wall { --row: 28vw; } .actions > *, .actions .button { flex: 1 1 auto; width: 100%; } .bar output { flex: 1; } .bar .button.main { order: 1; flex: 1 1 100%; } .bar .faint { display: none; } }
${TILE_RATIOS.map(ratio => `.${tileClass(ratio)} { --r: ${ratio}; }`).join('\n')}
`
