import type { DownloadRun, ServingWay, TransferResults } from '../transfers/transfer-results.ts'
import { TRANSFER_SETS } from '../transfers/transfer-sets.ts'
import { type Claim, megabytes, ratio } from './claims.ts'
import { median } from './statistics.ts'

const OURS = 'imagep2p'
/** Sets that are to take less time than by any peer system, and no more than the bound. */
const COMPARED_SETS: readonly string[] = ['large', 'small']
/** How many times what `md5sum` alone takes the largest file may take. */
const MOST_OF_MD5SUM = 1.25
/** Bytes of memory that either side may take. */
const MOST_MEMORY = 250e6
/** What must be reached of nginx, for each CPU second of the server. */
const SERVING_BOUNDS: readonly { bytes: number; way: ServingWay; bound: number }[] = [
  { bytes: 5_000_000, way: 'raw', bound: 0.75 },
  { bytes: 5_000_000, way: 'closed', bound: 0.75 },
  { bytes: 5_000_000, way: 'kept', bound: 0.75 },
  { bytes: 20_000, way: 'raw', bound: 0.4 },
  { bytes: 20_000, way: 'kept', bound: 0.3 },
]

/** How each way to ask is called. */
export const WAYS: Readonly<Record<ServingWay, string>> = {
  raw: 'old request, a connection each',
  closed: 'HTTP, a connection each',
  kept: 'HTTP, keep-alive',
}

/** Every claim about transfers, judged by one run; `undefined` is a run that was not made. */
export function judgeTransfers(run: TransferResults | undefined): Claim[] {
  const results = run && { ...run, downloads: run.downloads.filter(({ set }) => isWholeSet(run, set)) }
  const peers = results?.contestants.filter(({ kind }) => kind === 'peer') ?? []
  return [
    ...COMPARED_SETS.flatMap(set => [
      ...(peers.length === 0
        ? [faster(results, set, undefined, 'every peer system')]
        : peers.map(({ name, title }) => faster(results, set, name, title))),
      atMost(
        results,
        `${titleOf(set)}: time ÷ that of curl from nginx, then md5sum`,
        1,
        timeBeside(results, set, 'curl'),
      ),
    ]),
    atMost(
      results,
      `${titleOf('huge')}: time ÷ that of md5sum alone`,
      MOST_OF_MD5SUM,
      timeBeside(results, 'huge', 'md5sum'),
    ),
    ...TRANSFER_SETS.map(({ name }) => inMemory(results, name)),
    ...SERVING_BOUNDS.map(({ bytes, way, bound }) => serving(results, bytes, way, bound)),
  ]
}

/** The runs of a contestant with a set; `undefined` where there are none or something arrived wrong. */
export function rightRuns(
  results: TransferResults | undefined,
  set: string,
  contestant: string,
): readonly DownloadRun[] | undefined {
  const runs = results?.downloads.find(cell => cell.set === set && cell.contestant === contestant)?.runs
  return runs === undefined || runs.length === 0 || runs.some(({ differing }) => differing > 0)
    ? undefined
    : runs
}

/** Files for each CPU second of the server, the median of the rounds; `undefined` where it was not measured. */
export function servingRate(...cell: Parameters<typeof servingRates>): number | undefined {
  return median(servingRates(...cell) ?? [])
}

/** Our files for each CPU second beside those of nginx: the median of the ratios within each round. */
export function servingBesideNginx(
  results: TransferResults | undefined,
  bytes: number,
  way: ServingWay,
): number | undefined {
  return medianRatio(
    servingRates(results, 'imagep2p', bytes, way),
    servingRates(results, 'nginx', bytes, nginxWay(way)),
  )
}

function servingRates(
  results: TransferResults | undefined,
  server: 'imagep2p' | 'nginx',
  bytes: number,
  way: ServingWay,
): readonly number[] | undefined {
  const cell = results?.serving.find(
    found => found.server === server && found.bytes === bytes && found.way === way,
  )
  return cell?.runs.map(({ answered, serverSeconds }) => answered / serverSeconds)
}

/** nginx has no old request: beside that stands HTTP on a connection each. */
export function nginxWay(way: ServingWay): ServingWay {
  return way === 'raw' ? 'closed' : way
}

/** Whether a set was that of the claims: a quick run has smaller ones under the same names. */
function isWholeSet({ sets }: TransferResults, name: string): boolean {
  return sets.some(set => set.name === name && set.title === titleOf(name))
}

function faster(
  results: TransferResults | undefined,
  set: string,
  other: string | undefined,
  otherTitle: string,
): Claim {
  const reached = other === undefined ? undefined : timeBeside(results, set, other)
  return {
    text: `${titleOf(set)}: time ÷ that of ${otherTitle}`,
    bound: 'below 1',
    reached: roundedUp(reached),
    holds: wrongOurs(results, set) ? false : reached === undefined ? undefined : reached < 1,
  }
}

function atMost(
  results: TransferResults | undefined,
  text: string,
  bound: number,
  reached: number | undefined,
): Claim {
  const set = TRANSFER_SETS.find(({ title }) => text.startsWith(title))?.name ?? ''
  const holds = wrongOurs(results, set) ? false : reached === undefined ? undefined : reached <= bound
  return { text, bound: `at most ${bound}`, reached: roundedUp(reached), holds }
}

function inMemory(results: TransferResults | undefined, set: string): Claim {
  const runs = rightRuns(results, set, OURS)
  const most = runs && Math.max(...runs.flatMap(run => [run.ownerPeakBytes, run.receiverPeakBytes]))
  return {
    text: `${titleOf(set)}: peak memory of either side`,
    bound: `at most ${megabytes(MOST_MEMORY)}`,
    reached: most === undefined ? undefined : `${Math.ceil(most / 1e6)} MB`,
    holds: wrongOurs(results, set) ? false : most === undefined ? undefined : most <= MOST_MEMORY,
  }
}

function serving(results: TransferResults | undefined, bytes: number, way: ServingWay, bound: number): Claim {
  const reached = servingBesideNginx(results, bytes, way)
  return {
    text: `Serving ${sizeName(bytes)}, ${WAYS[way]}: files per server CPU second ÷ those of nginx`,
    bound: `at least ${bound}`,
    reached: reached === undefined ? undefined : (Math.floor(reached * 100 + 1e-9) / 100).toFixed(2),
    holds: reached === undefined ? undefined : reached >= bound,
  }
}

/**
 * Our time as a part of another one's: the median of the ratios within each round, whose downloads ran shortly after one
 * another, so that what slows the machine down for a while does not decide.
 */
function timeBeside(results: TransferResults | undefined, set: string, other: string): number | undefined {
  return medianRatio(
    rightRuns(results, set, OURS)?.map(run => run.seconds),
    rightRuns(results, set, other)?.map(run => run.seconds),
  )
}

function medianRatio(
  ours: readonly number[] | undefined,
  others: readonly number[] | undefined,
): number | undefined {
  if (ours === undefined || ours.length !== others?.length) return undefined
  return median(ours.flatMap((value, round) => ratio(value, others[round]) ?? []))
}

/** Whether something of ours did not arrive as it is at the source. */
function wrongOurs(results: TransferResults | undefined, set: string): boolean {
  const cell = results?.downloads.find(found => found.set === set && found.contestant === OURS)
  return cell?.runs.some(({ differing }) => differing > 0) ?? false
}

/** How files of so many bytes are called. */
export function sizeName(bytes: number): string {
  return bytes < 1e6 ? `${bytes / 1e3} KB` : `${bytes / 1e6} MB`
}

function titleOf(set: string): string {
  return TRANSFER_SETS.find(({ name }) => name === set)?.title ?? set
}

/** Rounded against the claim: a figure that just misses its bound must not look as if it had reached it. */
function roundedUp(reached: number | undefined): string | undefined {
  return reached === undefined ? undefined : (Math.ceil(reached * 100 - 1e-9) / 100).toFixed(2)
}
