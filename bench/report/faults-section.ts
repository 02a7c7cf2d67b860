import type { FaultResults, FaultRowResult } from '../faults/fault-results.ts'
import { FAULT_ROWS } from '../faults/rows/rows.ts'
import type { Claim } from './claims.ts'
import { machineSentence } from './machine-sentence.ts'
import { markdownTable } from './markdown-table.ts'
import { claimsTable } from './tables.ts'

/** What came of breaking transfers; `undefined` is a run that was not made. */
export function faultsSection(results: FaultResults | undefined): string {
  const parts = [
    '## Faults',
    'Processes of the program itself: an index server, owners, and `imagep2p get --all`, over images made from a seed. Each row breaks something in the middle of transfers. Afterwards every file under a final name is read and its MD5 held against the one its image had in the index, whether the download finished or not; and where the images could be had in the end, the download has to have finished with all of them.',
    claimsTable(judgeFaults(results)),
  ]
  if (results !== undefined) {
    parts.push(rowTable(results), notesList(results), violationsList(results), howItWasRun(results))
  }
  return parts
    .filter(part => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

/** Judged as borne out only when every row was run; a row that was not can refute nothing. */
export function judgeFaults(results: FaultResults | undefined): Claim[] {
  const rows = results?.rows.filter(({ obstacle }) => obstacle === undefined) ?? []
  const isWhole = FAULT_ROWS.every(({ name }) => rows.some(row => row.name === name))
  const sum = (count: (row: FaultRowResult) => number) => rows.reduce((all, row) => all + count(row), 0)
  const wrong = sum(row => row.wrong.length)
  const [due, finished] = [sum(row => row.due), sum(row => row.finished)]
  const names = sum(row => row.names).toLocaleString('en')
  const judge = (holds: boolean) => (isWhole || !holds ? holds : undefined)
  const isRun = rows.length > 0
  return [
    {
      text: 'Wrong or partial files under final names, whatever breaks',
      bound: '0',
      reached: isRun ? `${wrong} of ${names}` : undefined,
      holds: isRun ? judge(wrong === 0) : undefined,
    },
    {
      text: 'Downloads that finish in the end, where the images can be had',
      bound: 'all',
      reached: isRun ? `${finished} of ${due}` : undefined,
      holds: isRun ? judge(finished === due) : undefined,
    },
  ]
}

function rowTable({ rows }: FaultResults): string {
  const figures = ['Faults', 'Files under final names', 'Wrong or partial', 'Had to finish', 'Finished']
  return markdownTable({
    columns: [{ heading: 'Fault', figures: false }, ...figures.map(heading => ({ heading, figures: true }))],
    rows: rows.map(({ title, obstacle, faults, names, wrong, due, finished }) => [
      obstacle === undefined ? title : `${title} (not run: ${obstacle})`,
      ...[faults, names, wrong.length, due, finished].map(count =>
        obstacle === undefined ? count.toLocaleString('en') : undefined,
      ),
    ]),
  })
}

function notesList({ rows }: FaultResults): string {
  return rows.flatMap(({ title, notes }) => notes.map(note => `- ${title}: ${note}.`)).join('\n')
}

function violationsList({ rows }: FaultResults): string {
  return rows
    .flatMap(({ title, wrong, unfinished }) =>
      [...wrong, ...unfinished].map(sentence => `- **${title}: ${sentence}**`),
    )
    .join('\n')
}

function howItWasRun({ machine, rows }: FaultResults): string {
  const runs = new Map<string, { day: string; seconds: number }>()
  for (const { command, date, seconds } of rows) {
    const before = runs.get(command)?.seconds ?? 0
    runs.set(command, { day: date.slice(0, 10), seconds: before + seconds })
  }
  const sentences = [...runs].map(
    ([command, { day, seconds }]) => `${day}, \`${command}\`, ${Math.round(seconds / 60)} minutes.`,
  )
  return [machineSentence(machine), ...sentences].join(' ')
}
