import type { LoadReport } from '../load/load-run.ts'
import type {
  BesideLoad,
  FloodStrain,
  ListStrain,
  SearchStrain,
  StrainResults,
} from '../strain/strain-results.ts'
import { type Claim, ratio } from './claims.ts'
import { median } from './statistics.ts'

/** Names that are searched, and milliseconds that a search of them may take. */
const SEARCHED_IMAGES = 1_000_000
const MOST_P50_MS = 10
const MOST_P99_MS = 50
/** How many times its quiet value the p99 over UDP may be while the server is strained. */
const MOST_DISTURBANCE = 2
/** Long lists that must be taken, and listed whole. */
const LISTS = [
  { peers: 1, imagesPerPeer: 200_000 },
  { peers: 2000, imagesPerPeer: 500 },
] as const

/** Every claim about a server under strain, judged by one run; `undefined` is a run that was not made. */
export function judgeStrain(results: StrainResults | undefined): Claim[] {
  const searches = results?.searches?.images === SEARCHED_IMAGES ? results.searches : undefined
  return [
    ...judgeSearches(searches),
    ...LISTS.flatMap(({ peers, imagesPerPeer }) =>
      (['memory', 'journal'] as const).flatMap(keeps =>
        judgeLists(
          peers,
          imagesPerPeer,
          keeps,
          results?.lists?.find(
            lists => lists.peers === peers && lists.imagesPerPeer === imagesPerPeer && lists.keeps === keeps,
          ),
        ),
      ),
    ),
    ...judgeFlood(results?.flood),
  ]
}

function judgeSearches(searches: SearchStrain | undefined): Claim[] {
  const rounds = searches?.inProcess.rounds
  const names = `Search over ${SEARCHED_IMAGES.toLocaleString('en')} names, in process`
  return [
    atMost(`${names}: p50`, MOST_P50_MS, median(rounds?.map(({ all }) => all.p50Ms) ?? []), ' ms'),
    atMost(`${names}: p99`, MOST_P99_MS, median(rounds?.map(({ all }) => all.p99Ms) ?? []), ' ms'),
    ...[1, 4].map(atOnce =>
      undisturbed(
        atOnce === 1 ? 'one searches' : `${atOnce} search at a time`,
        searches,
        searches?.busy.find(busy => busy.atOnce === atOnce)?.loads,
      ),
    ),
  ]
}

function judgeLists(
  peers: number,
  imagesPerPeer: number,
  keeps: ListStrain['keeps'],
  lists: ListStrain | undefined,
): Claim[] {
  const title = listsTitle({ peers, imagesPerPeer, keeps })
  const amiss = lists?.alone.map(({ listing }) => listing.missing + listing.repeated + listing.unknown)
  return [
    atMost(`${title}: images not listed exactly once`, 0, amiss && Math.max(...amiss), ''),
    undisturbed(
      `${title} are registered`,
      lists,
      lists?.busy.map(({ load }) => load),
    ),
  ]
}

function judgeFlood(flood: FloodStrain | undefined): Claim[] {
  const parts = flood?.busy.map(busy => busy.flood.bytes / allowedBytes(flood, busy.flood.seconds))
  return [
    atMost(
      'LST flood from one unproven address: bytes sent to it ÷ the burst and bytes a second it may get',
      1,
      parts && Math.max(...parts),
      '',
    ),
    undisturbed(
      'it floods',
      flood,
      flood?.busy.map(({ load }) => load),
    ),
  ]
}

/** How long lists are called in the report. */
export function listsTitle({
  peers,
  imagesPerPeer,
  keeps,
}: Pick<ListStrain, 'peers' | 'imagesPerPeer' | 'keeps'>): string {
  const images = (peers * imagesPerPeer).toLocaleString('en')
  const owners = peers === 1 ? 'one peer' : `${peers.toLocaleString('en')} peers`
  return `${images} images of ${owners}${keeps === 'journal' ? ', with the journal' : ''}`
}

/** The p99 of loads over UDP: the median of the rounds. */
export function p99Of(loads: readonly LoadReport[] | undefined): number | undefined {
  return median(loads?.flatMap(({ latency }) => latency?.p99Ms ?? []) ?? [])
}

/** How many times its quiet value the p99 over UDP was. */
export function disturbance(
  beside: BesideLoad | undefined,
  loads: readonly LoadReport[] | undefined,
): number | undefined {
  return ratio(p99Of(loads), p99Of(beside?.quiet))
}

/** Bytes that may be sent to one unproven address within so many seconds. */
function allowedBytes({ bytesPerSecond, burstBytes }: FloodStrain, seconds: number): number {
  return burstBytes + bytesPerSecond * seconds
}

function undisturbed(
  what: string,
  beside: BesideLoad | undefined,
  loads: readonly LoadReport[] | undefined,
): Claim {
  return atMost(`UDP p99 while ${what} ÷ quiet`, MOST_DISTURBANCE, disturbance(beside, loads), '')
}

function atMost(text: string, bound: number, reached: number | undefined, unit: string): Claim {
  const shown = bound === 0 ? 0 : 2
  // Rounded against the claim: a figure that just misses its bound must not look as if it had reached it.
  const rounded = reached === undefined ? undefined : Math.ceil(reached * 10 ** shown - 1e-9) / 10 ** shown
  return {
    text,
    bound: `at most ${bound}${unit}`,
    reached: rounded === undefined ? undefined : `${rounded.toFixed(shown)}${unit}`,
    holds: reached === undefined ? undefined : reached <= bound,
  }
}
