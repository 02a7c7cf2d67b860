import type { LoadReport } from '../load/load-run.ts'
import type { BenchResults, Cell, MemoryFigure } from '../measure/results.ts'
import { median } from './statistics.ts'

/** The medians of one cell over its rounds. Times are of the measured part. */
export interface Figures {
  /** Requests answered right, for each second of the server's CPU time. */
  readonly perServerSecond: number
  /** Requests answered right, for each second on the clock. */
  readonly perSecond: number
  /** The part of the time that the server was busy: far below 1, something else set the pace. */
  readonly busy: number
  readonly latency: { readonly p50Ms: number; readonly p99Ms: number } | undefined
  /** Sums over all rounds. */
  readonly answered: number
  readonly wrong: number
  readonly lost: number
  readonly late: number
}

/** The medians of a cell; `undefined` where a round found no CPU time to divide by. */
export function figuresOf({ rounds }: Cell): Figures | undefined {
  const middle = (of: (round: LoadReport) => number): number | undefined => {
    const values = rounds.map(of)
    return values.every(Number.isFinite) ? median(values) : undefined
  }
  const perServerSecond = middle(({ answered, serverSeconds }) => answered / serverSeconds)
  const perSecond = middle(({ answered, seconds }) => answered / seconds)
  const busy = middle(({ serverSeconds, seconds }) => serverSeconds / seconds)
  if (perServerSecond === undefined || perSecond === undefined || busy === undefined) return undefined
  const p50Ms = middle(({ latency }) => latency?.p50Ms ?? Number.NaN)
  const p99Ms = middle(({ latency }) => latency?.p99Ms ?? Number.NaN)
  const sum = (of: (round: LoadReport) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0)
  return {
    perServerSecond,
    perSecond,
    busy,
    latency: p50Ms === undefined || p99Ms === undefined ? undefined : { p50Ms, p99Ms },
    answered: sum(({ answered }) => answered),
    wrong: sum(({ wrong }) => wrong),
    lost: sum(({ lost }) => lost),
    late: sum(({ late }) => late),
  }
}

/** The cell of a subject under a workload with a catalog of so many images. */
export function findCell(
  { cells }: BenchResults,
  workload: string,
  subject: string,
  catalog: number,
): Cell | undefined {
  return cells.find(
    cell => cell.workload === workload && cell.subject === subject && cell.catalog === catalog,
  )
}

/** Requests for each second of the server's CPU time; `undefined` where it was not measured. */
export function rateOf(
  results: BenchResults,
  workload: string,
  subject: string,
  catalog: number,
): number | undefined {
  const cell = findCell(results, workload, subject, catalog)
  return cell === undefined ? undefined : figuresOf(cell)?.perServerSecond
}

/** The memory of a subject with a catalog of so many images. */
export function findMemory(
  { memory }: BenchResults,
  subject: string,
  catalog: number,
): MemoryFigure | undefined {
  return memory.find(figure => figure.subject === subject && figure.catalog === catalog)
}
