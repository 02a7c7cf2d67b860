import type { WallResults, WallRound } from '../wall/wall-results.ts'
import type { Claim } from './claims.ts'
import { markdownTable } from './markdown-table.ts'
import { median } from './statistics.ts'
import { claimsTable } from './tables.ts'

/** Pictures with which it says something of large networks. */
const LARGE = 100_000
/** Milliseconds until the wall has to be usable. */
const USABLE_MS = 2000
/** Milliseconds that a tile is in view before its thumbnail is asked for, and two frames until it is drawn. */
const LINGER_MS = 60 + 2 * 17
/** Bytes by which the page may grow for each picture that was scrolled by, and in all beside. */
const HEAP = { each: 64, beside: 8e6 } as const
/** Nodes of the document at any moment: some screens of tiles, however many pictures there are. */
const NODES = 5000

/** What opening and scrolling the gallery of a large network took; `undefined` is a run that was not made. */
export function wallSection(results: WallResults | undefined): string {
  const parts = [
    '## The wall',
    'The gallery of a peer that has no picture, opened in a new profile of the browser: an index server with the pictures of owners whose thumbnails are WebP files of 320 by 240 pixels, from the same machine. 50 turns of a wheel at 10,000 pixels a second, then the scroll bar by 25 screens four times a second, down to the last picture; after every twentieth drag it is waited until the screen shows all of its thumbnails. A screen counts as blank in a frame in which none of 25 points of it is on a tile; a tile has its ThumbHash, or a plain ground where its owner sent none, until the thumbnail is there.',
    claimsTable(judgeWall(results)),
  ]
  if (results !== undefined) {
    parts.push(roundTable(results))
    parts.push(
      `${results.browser}, Node ${results.machine.node}, ${results.machine.processor}, ${results.machine.cores} cores, load before it ${results.loadBefore.toFixed(1)}. ${results.date.slice(0, 10)}, \`${results.command}\`.`,
    )
  }
  return parts.join('\n\n').replaceAll('\n\n\n', '\n\n')
}

/** Fewer pictures, or no round, neither bear it out nor refute it. */
export function judgeWall(results: WallResults | undefined): Claim[] {
  const isLarge = results !== undefined && results.pictures >= LARGE && results.rounds.length > 0
  const rounds = isLarge ? results.rounds : []
  const middle = (figure: (round: WallRound) => number) => median(rounds.map(figure))
  const usable = middle(round => round.usableMs)
  const blank = middle(round => round.blankMs)
  const stops = rounds.flatMap(round => round.stops)
  const slowest = median(stops.map(({ slowestMs }) => slowestMs))
  const beyond = median(stops.map(({ ms, slowestMs }) => ms - slowestMs))
  const heap = middle(round => round.heapBytes[1])
  const nodes = rounds.length === 0 ? undefined : Math.max(...rounds.map(round => round.nodes.most))
  const heapBound = HEAP.beside + HEAP.each * (results?.pictures ?? LARGE)
  const of = (results?.pictures ?? LARGE).toLocaleString('en')
  return [
    claim(`Wall of ${of} pictures usable after opening`, seconds(USABLE_MS), usable, USABLE_MS, seconds),
    claim(
      'Longest blank screen while scrolling: no longer than the thumbnails of a screen take',
      slowest === undefined ? 'the same' : seconds(slowest),
      blank,
      slowest ?? 0,
      seconds,
    ),
    claim(
      'A screen is whole after its slowest thumbnail and, median, so much',
      seconds(LINGER_MS),
      beyond,
      LINGER_MS,
      seconds,
    ),
    claim('JavaScript heap after all was scrolled by', megabytes(heapBound), heap, heapBound, megabytes),
    claim('Elements of the document at any moment', String(NODES), nodes, NODES, value => String(value)),
  ]
}

function claim(
  text: string,
  bound: string,
  figure: number | undefined,
  limit: number,
  show: (value: number) => string,
): Claim {
  return {
    ...{ text, bound: /\d/.test(bound) ? `≤ ${bound}` : bound },
    reached: figure === undefined ? undefined : show(figure),
    holds: figure === undefined ? undefined : figure <= limit,
  }
}

function roundTable({ rounds }: WallResults): string {
  const figures: readonly (readonly [string, (round: WallRound) => string])[] = [
    ['Usable', round => seconds(round.usableMs)],
    ['First screen with thumbnails', round => seconds(round.thumbnailsMs)],
    ['Pictures scrolled by', round => round.scrolled.toLocaleString('en')],
    ['Longest blank screen', round => seconds(round.blankMs)],
    ['Stops', round => String(round.stops.length)],
    ['whole after, median', round => seconds(median(round.stops.map(({ ms }) => ms)) ?? 0)],
    [
      'slowest thumbnail, median',
      round => seconds(median(round.stops.map(({ slowestMs }) => slowestMs)) ?? 0),
    ],
    ['Longest task', round => seconds(round.longestTaskMs)],
    ['Heap at first', round => megabytes(round.heapBytes[0])],
    ['at last', round => megabytes(round.heapBytes[1])],
    ['Elements at most', round => round.nodes.most.toLocaleString('en')],
  ]
  return markdownTable({
    columns: [
      { heading: 'Round', figures: false },
      ...figures.map(([heading]) => ({ heading, figures: true })),
    ],
    rows: rounds.map((round, index) => [String(index + 1), ...figures.map(([, show]) => show(round))]),
  })
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
