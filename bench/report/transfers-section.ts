import type { DownloadRun, ServingWay, TransferResults } from '../transfers/transfer-results.ts'
import { megabytes } from './claims.ts'
import { machineSentence } from './machine-sentence.ts'
import { markdownTable } from './markdown-table.ts'
import { median } from './statistics.ts'
import { claimsTable } from './tables.ts'
import {
  judgeTransfers,
  nginxWay,
  rightRuns,
  servingBesideNginx,
  servingRate,
  sizeName,
  WAYS,
} from './transfer-claims.ts'

/** The part of BENCHMARKS.md about downloads and serving; `undefined` is a run that was not made. */
export function transfersSection(results: TransferResults | undefined): string {
  const introduction =
    'Small valid PNG pictures with random bytes behind them up to their size, downloaded on one machine from a folder into an empty one and verified, by each program in turns; and one server asked for files as fast as it gives them.'
  return [
    '## Transfers',
    introduction,
    claimsTable(judgeTransfers(results)),
    ...(results === undefined ? [] : [notes(results), ...transferTables(results), skippedList(results)]),
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

/** The tables of a run, those of what was left out not among them. */
export function transferTables(results: TransferResults): string[] {
  return [downloadTable(results), servingTable(results)].filter(table => table !== '')
}

function notes({ machine, date, command, loadBefore, rounds, seconds }: TransferResults): string {
  return [
    `- ${machineSentence(machine)} ${date.slice(0, 10)}, \`${command}\`. Load average before: ${loadBefore.toFixed(2)}.`,
    `- Rounds: ${rounds}; figures are medians over them, what is divided is divided within each round, memory is the most of all. What was written is held against the source after each; a program whose files differ has no figures.`,
    '- Time goes from starting the downloading program until what it wrote is on the disk: where a program leaves that to the system, `sync -f` of the folder follows it, and counts. CPU time of the giving side has that of the index server or web server in it; a tracker runs in the bench. Memory of the giving side is that of all its processes together but the index server, shared pages counted once, looked at ten times a second; that of the receiving side is its largest process.',
    '- imagep2p alone syncs files to the disk before it gives them their names. libtorrent maps files into its memory, and what of them is cached counts as its.',
    `- Serving: ${seconds} s a round, over 32 connections, the server on one core and the load on the other. Beside the old request stands nginx with a connection each.`,
  ].join('\n')
}

function downloadTable({ sets, contestants, ...results }: TransferResults): string {
  const whole = { sets, contestants, ...results }
  const rows = sets.flatMap(set =>
    contestants
      .filter(({ name }) => results.downloads.some(cell => cell.set === set.name && cell.contestant === name))
      .map(({ name, title }) => {
        const runs = rightRuns(whole, set.name, name)
        const middle = (of: (run: DownloadRun) => number): string | undefined =>
          median(runs?.map(of) ?? [])?.toFixed(2)
        const most = (of: (run: DownloadRun) => number): string | undefined =>
          runs && megabytes(Math.max(...runs.map(of)))
        const times = runs?.map(({ seconds }) => seconds)
        return [
          set.title,
          runs === undefined ? `${title}: files differ` : title,
          middle(({ seconds }) => seconds),
          times && `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`,
          middle(({ programSeconds }) => programSeconds),
          middle(({ ownerCpuSeconds }) => ownerCpuSeconds),
          middle(({ receiverCpuSeconds }) => receiverCpuSeconds),
          most(({ ownerPeakBytes }) => ownerPeakBytes),
          most(({ receiverPeakBytes }) => receiverPeakBytes),
        ]
      }),
  )
  return markdownTable({
    columns: [
      { heading: 'Files', figures: false },
      { heading: 'Program', figures: false },
      { heading: 'Seconds', figures: true },
      { heading: 'of the rounds', figures: true },
      { heading: 'until it ended', figures: true },
      { heading: 'CPU s, giving', figures: true },
      { heading: 'CPU s, receiving', figures: true },
      { heading: 'Memory, giving', figures: true },
      { heading: 'Memory, receiving', figures: true },
    ],
    rows,
  })
}

function servingTable(results: TransferResults): string {
  const sizes = [...new Set(results.serving.map(({ bytes }) => bytes))]
  const rows = sizes.flatMap(bytes =>
    (Object.keys(WAYS) as ServingWay[]).map(way => {
      const ours = servingRate(results, 'imagep2p', bytes, way)
      const nginx = servingRate(results, 'nginx', bytes, nginxWay(way))
      const wrong = results.serving
        .filter(cell => cell.bytes === bytes && cell.way === way)
        .flatMap(({ runs }) => runs)
        .reduce((sum, run) => sum + run.wrong, 0)
      return [
        sizeName(bytes),
        WAYS[way],
        ours && Math.round(ours).toLocaleString('en'),
        nginx && Math.round(nginx).toLocaleString('en'),
        servingBesideNginx(results, bytes, way)?.toFixed(2),
        String(wrong),
      ].map(cell => (cell === 0 ? undefined : cell))
    }),
  )
  return markdownTable({
    columns: [
      { heading: 'Served', figures: false },
      { heading: 'Asked by', figures: false },
      { heading: 'imagep2p, files per CPU s', figures: true },
      { heading: 'nginx', figures: true },
      { heading: '÷', figures: true },
      { heading: 'Wrong', figures: true },
    ],
    rows,
  })
}

function skippedList({ skipped }: TransferResults): string {
  if (skipped.length === 0) return ''
  return `Not measured:\n\n${skipped.map(({ title, reason }) => `- ${title}: ${reason}`).join('\n')}`
}
