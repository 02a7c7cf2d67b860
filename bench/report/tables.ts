import type { BenchResults } from '../measure/results.ts'
import { BASE_CATALOG, LARGE_CATALOG, WORKLOADS } from '../measure/workloads.ts'
import { type Claim, catalogName, megabytes, ratio } from './claims.ts'
import { figuresOf, findCell, rateOf } from './figures.ts'
import { type Column, markdownTable } from './markdown-table.ts'

const OURS = 'imagep2p'
/** Catalogs that have their rows in the table of all servers; those between are for the plot and the catalog table. */
const SHOWN_CATALOGS: readonly number[] = [0, 40, BASE_CATALOG, 1_000_000, LARGE_CATALOG]

/** Requests per CPU second of every server, and how ours compares with each. */
export function throughputTable(results: BenchResults): string {
  const measured = results.subjects.filter(({ name }) =>
    results.cells.some(({ subject }) => subject === name),
  )
  const others = measured.filter(({ name }) => !name.startsWith(OURS))
  const columns: Column[] = [
    { heading: 'Requests', figures: false },
    { heading: 'Catalog', figures: false },
    ...measured.map(({ title }) => ({ heading: title, figures: true })),
    ...others.map(({ title }) => ({ heading: `÷ ${title}`, figures: true })),
  ]
  const rows = shownRows(results).map(({ name, title, catalog }) => [
    title,
    catalogName(catalog),
    ...measured.map(subject => thousands(rateOf(results, name, subject.name, catalog))),
    ...others.map(subject =>
      ratio(rateOf(results, name, OURS, catalog), rateOf(results, name, subject.name, catalog))?.toFixed(2),
    ),
  ])
  return markdownTable({ columns, rows })
}

/** How throughput and memory change with the catalog, server by server. */
export function catalogTable(results: BenchResults): string {
  const drawn = WORKLOADS.filter(({ loop }) => 'window' in loop)
  const columns: Column[] = [
    { heading: 'Server', figures: false },
    { heading: 'Catalog', figures: false },
    { heading: 'Peers', figures: true },
    { heading: 'Memory', figures: true },
    { heading: 'after the load', figures: true },
    ...drawn.map(({ title }) => ({ heading: title, figures: true })),
  ]
  const rows = results.memory
    .filter(({ catalog }) => catalog >= BASE_CATALOG)
    .map(({ subject, catalog, peers, residentBytes, residentBytesAfterLoad }) => [
      results.subjects.find(({ name }) => name === subject)?.title,
      catalogName(catalog),
      peers.toLocaleString('en'),
      megabytes(residentBytes),
      megabytes(residentBytesAfterLoad),
      ...drawn.map(({ name }) => {
        const rate = rateOf(results, name, subject, catalog)
        const part = ratio(rate, rateOf(results, name, subject, BASE_CATALOG))
        return catalog === BASE_CATALOG || part === undefined
          ? thousands(rate)
          : `${thousands(rate)} (${part.toFixed(2)})`
      }),
    ])
  return markdownTable({ columns, rows })
}

/** Latency of the mixed load at half the highest rate. */
export function latencyTable(results: BenchResults): string {
  const columns: Column[] = [
    { heading: 'Server', figures: false },
    { heading: 'Catalog', figures: false },
    { heading: 'Highest rate /s', figures: true },
    { heading: 'Asked for /s', figures: true },
    { heading: 'p50 ms', figures: true },
    { heading: 'p99 ms', figures: true },
    { heading: 'Lost', figures: true },
  ]
  const rows = results.cells
    .filter(({ workload }) => workload === 'mixed-latency')
    .map(cell => {
      const figures = figuresOf(cell)
      const closed = findCell(results, 'mixed', cell.subject, cell.catalog)
      const highest = closed === undefined ? undefined : figuresOf(closed)?.perSecond
      return [
        results.subjects.find(({ name }) => name === cell.subject)?.title,
        catalogName(cell.catalog),
        highest === undefined ? undefined : Math.round(highest).toLocaleString('en'),
        Math.round(cell.rate ?? 0).toLocaleString('en'),
        figures?.latency?.p50Ms.toFixed(2),
        figures?.latency?.p99Ms.toFixed(2),
        figures?.lost.toLocaleString('en'),
      ]
    })
  return markdownTable({ columns, rows })
}

/** Where the figures came from: rates on the clock, how busy the server was, and every reply that was not right. */
export function backgroundTable(results: BenchResults): string {
  const columns: Column[] = [
    { heading: 'Requests', figures: false },
    { heading: 'Catalog', figures: false },
    { heading: 'Server', figures: false },
    { heading: 'Per second', figures: true },
    { heading: 'Busy', figures: true },
    { heading: 'Lowest', figures: true },
    { heading: 'Highest', figures: true },
    { heading: 'Lost', figures: true },
    { heading: 'Late', figures: true },
    { heading: 'Wrong', figures: true },
  ]
  const rows = results.cells.map(cell => {
    const figures = figuresOf(cell)
    const rates = cell.rounds.map(({ answered, serverSeconds }) => answered / serverSeconds)
    return [
      WORKLOADS.find(({ name }) => name === cell.workload)?.title,
      catalogName(cell.catalog),
      results.subjects.find(({ name }) => name === cell.subject)?.title,
      figures && Math.round(figures.perSecond).toLocaleString('en'),
      figures && `${Math.round(figures.busy * 100)} %`,
      thousands(Math.min(...rates)),
      thousands(Math.max(...rates)),
      figures && String(figures.lost),
      figures && String(figures.late),
      figures && String(figures.wrong),
    ]
  })
  return markdownTable({ columns, rows })
}

/** Every claim, with what was reached. */
export function claimsTable(claims: readonly Claim[]): string {
  const columns: Column[] = [
    { heading: 'What must show', figures: false },
    { heading: 'Bound', figures: false },
    { heading: 'Reached', figures: true },
    { heading: '', figures: false },
  ]
  const rows = claims.map(({ text, bound, reached, holds }) => [
    text,
    bound,
    reached,
    holds === undefined ? 'not measured' : holds ? 'yes' : '**no**',
  ])
  return markdownTable({ columns, rows })
}

function shownRows(results: BenchResults): { name: string; title: string; catalog: number }[] {
  return WORKLOADS.flatMap(({ name, title, catalogs, loop }) =>
    catalogs
      .filter(catalog => 'window' in loop && SHOWN_CATALOGS.includes(catalog))
      .filter(catalog => results.cells.some(cell => cell.workload === name && cell.catalog === catalog))
      .map(catalog => ({ name, title, catalog })),
  )
}

function thousands(rate: number | undefined): string | undefined {
  return rate === undefined || !Number.isFinite(rate) ? undefined : (rate / 1000).toFixed(1)
}
