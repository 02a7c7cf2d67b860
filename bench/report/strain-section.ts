import type { Latencies, SearchStrain, StrainResults } from '../strain/strain-results.ts'
import { megabytes } from './claims.ts'
import { machineSentence } from './machine-sentence.ts'
import { type Column, markdownTable } from './markdown-table.ts'
import { median } from './statistics.ts'
import { disturbance, judgeStrain, listsTitle, p99Of } from './strain-claims.ts'
import { claimsTable } from './tables.ts'

/** The part of BENCHMARKS.md about a server under strain. */
export function strainSection(results: StrainResults | undefined): string {
  const introduction =
    'What searches, long lists and a flood take, and what others feel of them: nine UPD to one LST from peers that are proven, at half the highest rate, quiet and beside the strain in turns within each round.'
  return [
    '## Under strain',
    introduction,
    claimsTable(judgeStrain(results)),
    ...(results === undefined ? [] : [strainNotes(results), ...strainTables(results)]),
  ]
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

/** The tables of a run, those of what was left out not among them. */
export function strainTables(results: StrainResults): string[] {
  return [searchTable(results), besideTable(results), listsTable(results), floodTable(results)].filter(
    table => table !== '',
  )
}

function strainNotes({
  machine,
  date,
  command,
  pinning,
  rounds,
  seconds,
  loadBefore,
}: StrainResults): string {
  return [
    `- ${machineSentence(machine)} ${date.slice(0, 10)}, \`${command}\`. Load average before: ${loadBefore.toFixed(2)}.`,
    `- ${pinning} What strains the server runs beside the load generator and gives way to it at once (SCHED_IDLE).`,
    `- Rounds: ${rounds}, with loads of ${seconds} s; figures are medians over the rounds.`,
    '- Names are those of cameras, phones and people in eight languages; every kind of search comes as often as every other one.',
    '- Lists are registered by a server of its own in each round; what is listed of them is held against what was sent.',
  ].join('\n')
}

/** Searches in process by kind, and over HTTP. */
function searchTable({ searches }: StrainResults): string {
  if (searches === undefined) return ''
  const { inProcess, busy } = searches
  const kinds = Object.keys(inProcess.rounds[0]?.kinds ?? {})
  const ofKind = (kind: string): Latencies[] =>
    inProcess.rounds.flatMap(({ kinds: found }) => found[kind] ?? [])
  return markdownTable({
    columns: figureColumns('Search', ['Searches in a round', 'p50 ms', 'p99 ms', 'Longest ms']),
    rows: [
      ...kinds.map(kind => latencyRow(`in process: ${kind}`, ofKind(kind))),
      latencyRow(
        'in process: all',
        inProcess.rounds.map(({ all }) => all),
      ),
      ['in process: the first of all', '1', undefined, undefined, milliseconds(inProcess.firstMs)],
      ...busy.map(({ atOnce, searches: found }) =>
        latencyRow(`over HTTP beside the load, ${atOnce === 1 ? 'one' : atOnce} at a time`, found),
      ),
    ],
  })
}

/** Latency over UDP, quiet and beside each strain. */
function besideTable({ searches, lists = [], flood }: StrainResults): string {
  const rows = [
    ...(searches?.busy.map(({ atOnce, loads }) =>
      besideRow(searchTitle(searches, atOnce), searches, loads),
    ) ?? []),
    ...lists.map(list =>
      besideRow(
        listsTitle(list),
        list,
        list.busy.map(({ load }) => load),
      ),
    ),
    ...(flood === undefined
      ? []
      : [
          besideRow(
            'flood',
            flood,
            flood.busy.map(({ load }) => load),
          ),
        ]),
  ]
  const figures = [
    'Asked for /s',
    'Quiet p50 ms',
    'p99 ms',
    'Lost',
    'Strained p50 ms',
    'p99 ms',
    'Lost',
    'p99 ÷ quiet',
  ]
  return markdownTable({ columns: figureColumns('UDP beside', figures), rows })
}

function listsTable({ lists = [] }: StrainResults): string {
  const middle = median
  return markdownTable({
    columns: figureColumns('Lists', [
      'Seconds',
      'Images /s',
      'Server CPU s',
      'Memory at most',
      'Listing: pages',
      'seconds',
      'beside the load: images /s',
    ]),
    rows: lists.map(list => [
      listsTitle(list),
      middle(list.alone.map(({ seconds }) => seconds))?.toFixed(1),
      count(middle(list.alone.map(({ images, seconds }) => images / seconds))),
      middle(list.alone.map(({ serverSeconds }) => serverSeconds))?.toFixed(1),
      megabytes(middle(list.alone.map(({ peakBytes }) => peakBytes)) ?? 0),
      count(middle(list.alone.map(({ listing }) => listing.pages))),
      middle(list.alone.map(({ listing }) => listing.seconds))?.toFixed(1),
      count(middle(list.busy.map(({ images, seconds }) => images / seconds))),
    ]),
  })
}

function floodTable({ flood }: StrainResults): string {
  if (flood === undefined) return ''
  const perSecond = (of: 'sent' | 'replies' | 'bytes'): string | undefined =>
    count(median(flood.busy.map(busy => busy.flood[of] / busy.flood.seconds)))
  return markdownTable({
    columns: figureColumns('Flood', ['LST /s', 'Replies /s', 'Bytes /s', 'Allowed bytes /s', 'and at once']),
    rows: [
      [
        'from one unproven address',
        perSecond('sent'),
        perSecond('replies'),
        perSecond('bytes'),
        count(flood.bytesPerSecond),
        count(flood.burstBytes),
      ],
    ],
  })
}

function searchTitle({ images }: SearchStrain, atOnce: number): string {
  return `searches of ${images.toLocaleString('en')} names, ${atOnce === 1 ? 'one' : atOnce} at a time`
}

function latencyRow(title: string, rounds: readonly Latencies[]): (string | undefined)[] {
  const middle = (of: (latencies: Latencies) => number): string | undefined =>
    milliseconds(median(rounds.map(of)))
  return [
    title,
    count(median(rounds.map(round => round.count))),
    middle(({ p50Ms }) => p50Ms),
    middle(({ p99Ms }) => p99Ms),
    middle(({ maxMs }) => maxMs),
  ]
}

function besideRow(
  title: string,
  beside: Pick<SearchStrain, 'rate' | 'quiet'>,
  loads: SearchStrain['quiet'],
): (string | undefined)[] {
  const p50 = (of: SearchStrain['quiet']): string | undefined =>
    milliseconds(median(of.flatMap(({ latency }) => latency?.p50Ms ?? [])))
  const lost = (of: SearchStrain['quiet']): string =>
    count(of.reduce((sum, load) => sum + load.lost, 0)) ?? ''
  return [
    title,
    count(beside.rate),
    p50(beside.quiet),
    milliseconds(p99Of(beside.quiet)),
    lost(beside.quiet),
    p50(loads),
    milliseconds(p99Of(loads)),
    lost(loads),
    disturbance(beside, loads)?.toFixed(2),
  ]
}

function figureColumns(first: string, headings: readonly string[]): Column[] {
  return [{ heading: first, figures: false }, ...headings.map(heading => ({ heading, figures: true }))]
}

function milliseconds(value: number | undefined): string | undefined {
  return value?.toFixed(2)
}

function count(value: number | undefined): string | undefined {
  return value === undefined ? undefined : Math.round(value).toLocaleString('en')
}
