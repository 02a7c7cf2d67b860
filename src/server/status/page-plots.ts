import { type Markup, markup } from '../../base/markup.ts'
import type { Messages } from '../../messages/messages.ts'
import { timeAxisFor } from './axis.ts'
import { drawChart, drawLegendKey, type Point } from './line-chart.ts'
import type { StatusDocument } from './status-document.ts'

/** Numbers as the page writes them. */
export interface NumberFormats {
  /** `1,234,567`; with one digit after the point where a number is small and not whole. */
  readonly exact: (value: number) => string
  /** `1.2M`, for axes. */
  readonly short: (value: number) => string
}

/** A line and what it is called. */
interface NamedLine {
  readonly name: string
  readonly points: readonly Point[]
}

interface Plot {
  readonly id: string
  readonly title: string
  readonly whole: boolean
  readonly lines: readonly NamedLine[]
}

/** Rows of a plot's table, about: one each five minutes of an hour. */
const TABLE_ROWS = 12

/** Samples that may be missing before a line is broken. */
const GAP_SAMPLES = 3

/** The plots of peers, images and requests, each with its legend and its numbers in a table. */
export function plots(document: StatusDocument, words: Messages['status'], formats: NumberFormats): Markup[] {
  const { history, registrations, absentRegistrations, images } = document
  const rates = history.requestsPerSecond
  const sampled = (values: readonly number[]): Point[] =>
    values.map((value, index) => ({ secondsAgo: history.secondsAgo[index] ?? 0, value }))
  // Levels are known for this very moment too; rates only for the time between two samples.
  const untilNow = (values: readonly number[], now: number) => [
    ...sampled(values),
    { secondsAgo: 0, value: now },
  ]
  const summed = (...columns: readonly (readonly number[])[]) =>
    sampled(
      history.secondsAgo.map((_, index) => columns.reduce((sum, column) => sum + (column[index] ?? 0), 0)),
    )
  const all: readonly Plot[] = [
    {
      id: 'peers',
      title: words.peersPlot,
      whole: true,
      lines: [
        { name: words.peersListed, points: untilNow(history.registrations, registrations) },
        { name: words.peersKept, points: untilNow(history.absentRegistrations, absentRegistrations) },
      ],
    },
    {
      id: 'images',
      title: words.imagesPlot,
      whole: true,
      lines: [{ name: words.imagesListed, points: untilNow(history.images, images) }],
    },
    {
      id: 'requests',
      title: words.requestsPlot,
      whole: false,
      lines: [
        { name: words.asking, points: sampled(rates.LST) },
        { name: words.registering, points: summed(rates.REG, rates.UPD, rates.END, rates.ALV) },
        { name: words.overHttp, points: sampled(rates.HTTP) },
        { name: words.unreadable, points: sampled(rates.unknown) },
      ],
    },
  ]
  return all.map(plot => drawPlot(plot, history.sampleSeconds * GAP_SAMPLES, words, formats))
}

function drawPlot(plot: Plot, gapSeconds: number, words: Messages['status'], formats: NumberFormats): Markup {
  const { id, title, whole, lines } = plot
  const oldest = Math.max(0, ...lines.flatMap(line => line.points.map(point => point.secondsAgo)))
  const descriptions = lines.map(line => describeLine(line, words, formats)).join(' ')
  const chart = drawChart({
    id: `${id}-plot`,
    title,
    description: words.plotDescription(timeAxisFor(oldest).minutes, descriptions),
    lines: lines.map(({ points }, look) => ({ look, points })),
    whole,
    gapSeconds,
    formatValue: formats.short,
    formatMinutesAgo: minutes => (minutes === 0 ? words.now : words.minutesAgo(minutes)),
  })
  const legend = lines.map(({ name }, look) => markup`<li>${drawLegendKey(look)}${name}</li>`)
  return markup`<section class="card">
<h2>${title}</h2>
<ul class="legend faint">${legend}</ul>
<div id="${id}" data-live>${chart}</div>
<details>
<summary class="faint">${words.plotTable}</summary>
<div class="scroll" id="${id}-table" data-live>${drawTable(lines, words, formats)}</div>
</details>
</section>
`
}

function describeLine(
  { name, points }: NamedLine,
  words: Messages['status'],
  { exact }: NumberFormats,
): string {
  const values = points.map(point => point.value)
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY)
  const most = values.reduce((high, value) => Math.max(high, value), 0)
  return words.lineDescription(name, exact(Math.min(least, most)), exact(most), exact(values.at(-1) ?? 0))
}

/** The newest value and one for about each twelfth of the time before, newest first. */
function drawTable(lines: readonly NamedLine[], words: Messages['status'], { exact }: NumberFormats): Markup {
  const times = lines[0]?.points ?? []
  const step = Math.max(1, Math.ceil(times.length / TABLE_ROWS))
  const rows: Markup[] = []
  for (let index = times.length - 1; index >= 0; index -= step) {
    const minutes = Math.round((times[index]?.secondsAgo ?? 0) / 60)
    rows.push(markup`<tr><th scope="row">${minutes === 0 ? words.now : words.minutesAgo(minutes)}</th>${lines.map(
      ({ points }) => markup`<td>${exact(points[index]?.value ?? 0)}</td>`,
    )}</tr>
`)
  }
  return markup`<table>
<thead><tr><th scope="col">${words.time}</th>${lines.map(({ name }) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>`
}
