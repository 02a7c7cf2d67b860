import { linearScale, logScale, type Scale } from './axis.ts'

/** Lines over a common horizontal axis. */
export interface LineChart {
  readonly title: string
  readonly across: Axis
  readonly up: Axis
  readonly lines: readonly Line[]
}

/** What an axis measures. A linear one starts at 0; a logarithmic one takes values above 0 only. */
export interface Axis {
  readonly title: string
  readonly scale: 'linear' | 'logarithmic'
  format(value: number): string
}

/** One line, named at its right end. */
export interface Line {
  readonly name: string
  /** Lines of one colour belong together; 0 to 3. */
  readonly colour: number
  readonly dashed: boolean
  /** Whether each point gets a dot. */
  readonly dots: boolean
  /** In order from left to right. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const WIDTH = 460
const HEIGHT = 340
/** Room around the plot of one chart: for its title, the marks, and the names of the lines. */
const PLOT = { left: 56, right: 340, top: 64, bottom: 284 } as const
/** Least distance between the names of two lines. */
const NAME_HEIGHT = 15

/** Colours that keep their distance for colour-blind readers too (Okabe and Ito 2008), darker on white, lighter on black. */
const COLOURS = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#b34e00', dark: '#e69f00' },
  { light: '#007a59', dark: '#2fc49a' },
  { light: '#a8487f', dark: '#d893b9' },
] as const

/**
 * An SVG image of charts side by side. It brings its own background, for light and for dark surroundings, because an image
 * cannot know the page it is shown on.
 */
export function chartsImage(title: string, charts: readonly LineChart[]): string {
  const width = WIDTH * charts.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" role="img">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    ...charts.map((chart, index) => `<g transform="translate(${index * WIDTH} 0)">${drawChart(chart)}</g>`),
    '</svg>\n',
  ].join('\n')
}

const STYLE = `
text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
.heading { font-size: 14px; font-weight: 600; }
.paper { fill: #ffffff; stroke: #d0d7de; }
.ink { fill: #1f2328; }
.faint { fill: #59636e; }
.grid { stroke: #d0d7de; stroke-width: 1; }
path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.dashed { stroke-dasharray: 6 5; }
${colourRules('light')}
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; stroke: #3d444d; }
.ink { fill: #f0f6fc; }
.faint { fill: #9198a1; }
.grid { stroke: #3d444d; }
${colourRules('dark')}
}
`

function colourRules(theme: 'light' | 'dark'): string {
  return COLOURS.map(
    ({ [theme]: colour }, index) => `.s${index} { stroke: ${colour}; } .f${index} { fill: ${colour}; }`,
  ).join('\n')
}

function drawChart({ title, across, up, lines }: LineChart): string {
  const points = lines.flatMap(line => line.points)
  const x = placing(
    across,
    points.map(point => point.x),
    PLOT.left,
    PLOT.right,
  )
  const y = placing(
    up,
    points.map(point => point.y),
    PLOT.bottom,
    PLOT.top,
  )
  return [
    `<text class="ink heading" x="16" y="24">${escapeText(title)}</text>`,
    `<text class="faint" x="16" y="42">${escapeText(up.title)}</text>`,
    ...y.scale.marks.map(
      mark =>
        `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y.at(mark)}" y2="${y.at(mark)}"/>` +
        `<text class="faint" x="${PLOT.left - 8}" y="${y.at(mark) + 4}" text-anchor="end">${escapeText(up.format(mark))}</text>`,
    ),
    ...x.scale.marks.map(
      mark =>
        `<text class="faint" x="${x.at(mark)}" y="${PLOT.bottom + 20}" text-anchor="middle">${escapeText(across.format(mark))}</text>`,
    ),
    `<text class="faint" x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 42}" text-anchor="middle">${escapeText(across.title)}</text>`,
    ...lines.map(line => drawLine(line, x.at, y.at)),
    ...nameLines(lines, y.at),
  ].join('\n')
}

function drawLine({ colour, dashed, dots, points }: Line, x: Placing, y: Placing): string {
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`).join('')
  const circles = dots
    ? points.map(point => `<circle class="f${colour}" cx="${x(point.x)}" cy="${y(point.y)}" r="3.5"/>`)
    : []
  return [`<path class="s${colour}${dashed ? ' dashed' : ''}" d="${path}"/>`, ...circles].join('')
}

/** Each line's name beside its last point, moved apart where two would overlap. */
function nameLines(lines: readonly Line[], y: Placing): string[] {
  const names = lines
    .map(({ name, colour, points }) => ({ name, colour, at: y(points.at(-1)?.y ?? 0) }))
    .sort((left, right) => left.at - right.at)
  let free = PLOT.top
  for (const name of names) {
    name.at = Math.max(name.at, free)
    free = name.at + NAME_HEIGHT
  }
  // Too low now: push back up from the bottom.
  let lowest = PLOT.bottom
  for (const name of names.toReversed()) {
    name.at = Math.min(name.at, lowest)
    lowest = name.at - NAME_HEIGHT
  }
  return names.map(
    ({ name, colour, at }) =>
      `<text class="f${colour}" x="${PLOT.right + 10}" y="${tenths(at + 4)}">${escapeText(name)}</text>`,
  )
}

type Placing = (value: number) => number

function placing(
  axis: Axis,
  values: readonly number[],
  from: number,
  to: number,
): { readonly scale: Scale; readonly at: Placing } {
  const scale = axis.scale === 'linear' ? linearScale(values) : logScale(values)
  return { scale, at: value => tenths(from + (to - from) * scale.place(value)) }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
