import type { BenchResults } from '../measure/results.ts'
import { BASE_CATALOG, LARGE_CATALOG, standingPeersOf, WORKLOADS } from '../measure/workloads.ts'
import type { SoakResults } from '../soak/soak-results.ts'
import { findMemory, rateOf } from './figures.ts'

/** Something the server is to reach. What it did reach is computed, never written down by hand. */
export interface Claim {
  readonly text: string
  /** The bound, as it is shown. */
  readonly bound: string
  /** The figure that was reached, as it is shown; `undefined` where it was not measured. */
  readonly reached: string | undefined
  /** `undefined` where it was not measured. */
  readonly holds: boolean | undefined
}

const OURS = 'imagep2p'
const MILLION = 1_000_000
/** Bytes of resident memory that a catalog may take: 250 MB of a million images, 2 GB of ten million. */
const MEMORY_BOUNDS = [
  [MILLION, 250e6],
  [LARGE_CATALOG, 2e9],
] as const
/** How much of the figure at BASE_CATALOG must be left at a larger one. */
const CATALOG_BOUNDS = [
  [MILLION, 0.85],
  [LARGE_CATALOG, 0.7],
] as const
/** How much of the throughput must be left when everything acknowledged is on the disk before. */
const JOURNAL_BOUND = 0.6
/** Minutes a soak must have lasted before it says anything. */
const SOAK_MINUTES = 10

/** Every claim about throughput and memory, judged by one run of the bench. */
export function judgeClaims(results: BenchResults): Claim[] {
  return [
    besides(results, 'list', 0, 'batch-echo', 0.75),
    besides(results, 'list', 40, 'batch-echo', 0.75),
    besides(results, 'list', 0, 'dgram-echo', 4),
    besides(results, 'list', 40, 'dgram-echo', 4),
    besides(results, 'register-2', BASE_CATALOG, 'python', 4),
    besides(results, 'update-2', BASE_CATALOG, 'python', 4),
    besides(results, 'register-40', BASE_CATALOG, 'python', 4),
    besides(results, 'update-40', BASE_CATALOG, 'python', 4),
    besides(results, 'register-2', BASE_CATALOG, 'opentracker', 1.5),
    besides(results, 'update-2', BASE_CATALOG, 'opentracker', 1.5),
    ...['register-2', 'update-2', 'register-40', 'update-40'].map(workload =>
      withJournal(results, workload, JOURNAL_BOUND),
    ),
    ...CATALOG_BOUNDS.flatMap(([catalog, bound]) =>
      WORKLOADS.filter(({ loop, catalogs }) => 'window' in loop && catalogs.includes(catalog)).map(
        ({ name }) => atSize(results, name, catalog, bound),
      ),
    ),
    ...MEMORY_BOUNDS.map(([catalog, bound]) => inMemory(results, catalog, bound)),
  ]
}

/**
 * The claims about the soak under one path; `undefined` is a soak that was not run. One of less than `leastMinutes` can
 * refute a claim, but not bear it out.
 */
export function judgeSoak(
  path: 'fast' | 'portable',
  soak: SoakResults | undefined,
  leastMinutes: number = SOAK_MINUTES,
): Claim[] {
  const longEnough = soak !== undefined && soak.minutes >= leastMinutes
  const about = (
    text: string,
    bound: string,
    reached: string | undefined,
    holds: boolean | undefined,
  ): Claim => ({
    text: `Soak, ${path} path: ${text}`,
    bound,
    reached,
    holds: holds === true && !longEnough ? undefined : holds,
  })
  const minutes = soak === undefined ? undefined : `${soak.minutes} minutes`
  return [
    about('no crash', `${leastMinutes} minutes`, minutes, soak?.survived),
    about(
      'resident memory flat',
      soak?.flatness?.criterion ?? 'flat',
      soak?.flatness && percent(soak.flatness.growth),
      soak?.flatness?.flat,
    ),
    about(
      'replies lost beyond what the kernel dropped at full buffers',
      'at most 0',
      soak && String(Math.max(0, soak.lostByServer)),
      soak && soak.lostByServer <= 0,
    ),
    about(
      'wrong replies',
      'at most 0',
      soak && String(soak.load?.wrong ?? 'none'),
      soak && soak.load?.wrong === 0,
    ),
  ]
}

function besides(
  results: BenchResults,
  workload: string,
  catalog: number,
  other: string,
  bound: number,
): Claim {
  const title = WORKLOADS.find(({ name }) => name === workload)?.title ?? workload
  const otherTitle = results.subjects.find(({ name }) => name === other)?.title ?? other
  return atLeast(
    `${title} (catalog: ${catalogName(catalog)}) ÷ ${otherTitle}`,
    bound,
    ratio(rateOf(results, workload, OURS, catalog), rateOf(results, workload, other, catalog)),
  )
}

function atSize(results: BenchResults, workload: string, catalog: number, bound: number): Claim {
  const title = WORKLOADS.find(({ name }) => name === workload)?.title ?? workload
  return atLeast(
    `${title} (catalog: ${catalogName(catalog)}) ÷ the same (catalog: ${catalogName(BASE_CATALOG)})`,
    bound,
    ratio(rateOf(results, workload, OURS, catalog), rateOf(results, workload, OURS, BASE_CATALOG)),
  )
}

function withJournal(results: BenchResults, workload: string, bound: number): Claim {
  const title = WORKLOADS.find(({ name }) => name === workload)?.title ?? workload
  return atLeast(
    `${title} (catalog: ${catalogName(BASE_CATALOG)}) with the journal ÷ the same with --memory`,
    bound,
    ratio(
      rateOf(results, workload, `${OURS}-journal`, BASE_CATALOG),
      rateOf(results, workload, OURS, BASE_CATALOG),
    ),
  )
}

function inMemory(results: BenchResults, catalog: number, bound: number): Claim {
  const bytes = findMemory(results, OURS, catalog)?.residentBytes
  return {
    text: `Resident memory (catalog: ${catalogName(catalog)} of ${standingPeersOf(catalog).toLocaleString('en')} peers)`,
    bound: `at most ${megabytes(bound)}`,
    // Rounded against the claim, as below: a figure that just misses its bound must not look as if it had reached it.
    reached: bytes === undefined ? undefined : `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`,
    holds: bytes === undefined ? undefined : bytes <= bound,
  }
}

function atLeast(text: string, bound: number, reached: number | undefined): Claim {
  return {
    text,
    bound: `at least ${bound}`,
    reached: reached === undefined ? undefined : (Math.floor(reached * 100 + 1e-9) / 100).toFixed(2),
    holds: reached === undefined ? undefined : reached >= bound,
  }
}

/** How a catalog of so many images is called in the report. */
export function catalogName(images: number): string {
  return images === 0 ? 'empty' : images.toLocaleString('en')
}

/** Bytes in the decimal megabytes in which the bounds are given. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
}

/** One figure over another. */
export function ratio(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined || other === 0 ? undefined : one / other
}

function percent(part: number): string {
  return `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(1)} %`
}
