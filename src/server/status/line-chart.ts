import { type Markup, markup } from '../../base/markup.ts'
import { axisUpTo, timeAxisFor } from './axis.ts'

/** One value of a line. */
export interface Point {
  readonly secondsAgo: number
  readonly value: number
}

/** A line, in the look that its legend shows. */
interface Line {
  /** Colour and dashes, 0 to 3; see page-style.ts. */
  readonly look: number
  /** Oldest first. */
  readonly points: readonly Point[]
}

/** Lines over the time until now. */
export interface LineChart {
  /** What the chart is called, unique in its page. */
  readonly id: string
  readonly title: string
  /** The chart in words, for who cannot see it. */
  readonly description: string
  /** The first one lies over its filled area. */
  readonly lines: readonly Line[]
  /** Whether its values are whole numbers. */
  readonly whole: boolean
  /** Two points further apart have nothing known between them, and no line. */
  readonly gapSeconds: number
  readonly formatValue: (value: number) => string
  readonly formatMinutesAgo: (minutes: number) => string
}

const WIDTH = 440
const HEIGHT = 220
/** The plot in the image: room at its left for the marks' values, below for their times, of which a narrow page shows half. */
const PLOT = { left: 64, right: 410, top: 14, bottom: 186 } as const

/** An SVG image of the chart, coloured by the page's style sheet. */
export function drawChart(chart: LineChart): Markup {
  const points = chart.lines.flatMap(line => line.points)
  const across = timeAxisFor(Math.max(0, ...points.map(point => point.secondsAgo)))
  const spanSeconds = across.minutes * 60
  const up = axisUpTo(Math.max(0, ...points.map(point => point.value)), chart.whole)
  const x: Placing = secondsAgo => tenths(PLOT.right - ((PLOT.right - PLOT.left) * secondsAgo) / spanSeconds)
  const y: Placing = value => tenths(PLOT.bottom - (PLOT.bottom - PLOT.top) * up.place(value))
  const curves = chart.lines.map(({ look, points }) => {
    const shown = points.filter(({ secondsAgo }) => secondsAgo <= spanSeconds)
    return { look, stretches: stretchesOf(shown, chart.gapSeconds) }
  })
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-description">
<title id="${chart.id}-title">${chart.title}</title>
<desc id="${chart.id}-description">${chart.description}</desc>
${up.marks.map(mark => valueMark(y(mark), chart.formatValue(mark)))}${across.marks.map((mark, index) =>
  timeMark(x(mark * 60), chart.formatMinutesAgo(mark), (across.marks.length - 1 - index) % 2 === 1),
)}${curves.slice(0, 1).map(({ look, stretches }) => area(look, stretches, x, y))}${curves.map(
  ({ look, stretches }) => line(look, stretches, x, y),
)}</svg>`
}

type Placing = (value: number) => number

function valueMark(y: number, text: string): Markup {
  return markup`<path class="grid" d="M${PLOT.left} ${y}H${PLOT.right}"/>
<text x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${text}</text>
`
}

/** A spare one has no text where there is little room. */
function timeMark(x: number, text: string, isSpare: boolean): Markup {
  return markup`<path class="grid" d="M${x} ${PLOT.bottom}v5"/>
<text${isSpare ? markup` class="spare"` : ''} x="${x}" y="${PLOT.bottom + 21}" text-anchor="middle">${text}</text>
`
}

type Stretches = readonly (readonly Point[])[]

function area(look: number, stretches: Stretches, x: Placing, y: Placing): Markup {
  return markup`<path class="area look${look}" d="${stretches.map(stretch => areaPath(stretch, x, y)).join('')}"/>
`
}

function line(look: number, stretches: Stretches, x: Placing, y: Placing): Markup {
  return markup`<path class="line look${look}" d="${stretches.map(stretch => linePath(stretch, x, y)).join('')}"/>
`
}

/** A short piece of a line in its look, for a legend. */
export function drawLegendKey(look: number): Markup {
  return markup`<svg class="key" viewBox="0 0 28 12" aria-hidden="true"><path class="line look${look}" d="M1 6H27"/></svg>`
}

/** Where points are too far apart, a new stretch begins. */
function stretchesOf(points: readonly Point[], gapSeconds: number): Point[][] {
  const stretches: Point[][] = []
  let before = Number.POSITIVE_INFINITY
  for (const point of points) {
    const stretch = stretches.at(-1)
    if (stretch === undefined || before - point.secondsAgo > gapSeconds) stretches.push([point])
    else stretch.push(point)
    before = point.secondsAgo
  }
  return stretches
}

function linePath(points: readonly Point[], x: Placing, y: Placing): string {
  const path = points
    .map(({ secondsAgo, value }, index) => `${index === 0 ? 'M' : 'L'}${x(secondsAgo)} ${y(value)}`)
    .join('')
  // A line of one point: with round ends it is a dot.
  return points.length === 1 ? `${path}h0` : path
}

function areaPath(points: readonly Point[], x: Placing, y: Placing): string {
  const first = points.at(0)
  const last = points.at(-1)
  if (first === undefined || last === undefined) return ''
  return `${linePath(points, x, y)}L${x(last.secondsAgo)} ${PLOT.bottom}L${x(first.secondsAgo)} ${PLOT.bottom}Z`
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
