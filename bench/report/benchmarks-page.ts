import type { CrashResults } from '../crash/crash-results.ts'
import type { FaultResults } from '../faults/fault-results.ts'
import type { LikenessResults } from '../likeness/likeness-results.ts'
import type { BenchResults } from '../measure/results.ts'
import type { SoakResults } from '../soak/soak-results.ts'
import type { StrainResults } from '../strain/strain-results.ts'
import type { TransferResults } from '../transfers/transfer-results.ts'
import type { WallResults } from '../wall/wall-results.ts'
import { judgeClaims, judgeSoak, megabytes } from './claims.ts'
import { crashSection } from './crash-section.ts'
import { faultsSection } from './faults-section.ts'
import { likenessSection } from './likeness-section.ts'
import { machineSentence } from './machine-sentence.ts'
import { markdownTable } from './markdown-table.ts'
import { strainSection } from './strain-section.ts'
import { backgroundTable, catalogTable, claimsTable, latencyTable, throughputTable } from './tables.ts'
import { transfersSection } from './transfers-section.ts'
import { wallSection } from './wall-section.ts'

/** Everything the page is made of. */
export interface BenchmarkFiles {
  readonly results: BenchResults | undefined
  readonly soaks: readonly SoakResults[]
  readonly strain?: StrainResults
  readonly crashes?: CrashResults
  readonly transfers?: TransferResults
  readonly faults?: FaultResults
  readonly likeness?: LikenessResults
  readonly wall?: WallResults
}

/** BENCHMARKS.md: every figure and every judgement in it is computed from the files of results. */
export function benchmarksPage({
  results,
  soaks,
  strain,
  crashes,
  transfers,
  faults,
  likeness,
  wall,
}: BenchmarkFiles): string {
  const sections = [
    '# Benchmarks',
    'Written by `npm run bench`, `npm run strain`, `npm run soak`, `npm run crash`, `npm run transfers`, `npm run faults`, `npm run likeness` and `npm run wall`; change `bench/`, not this page.',
    results === undefined ? '`npm run bench` has not been run.' : benchSections(results),
    strainSection(strain),
    soakSection(soaks),
    crashSection(crashes),
    transfersSection(transfers),
    faultsSection(faults),
    likenessSection(likeness),
    wallSection(wall),
  ]
  return `${sections.join('\n\n').trim()}\n`
}

/** What is printed at the end of a run: the tables without the page around them, and only the claims that were judged. */
export function summary(results: BenchResults): string {
  const judged = judgeClaims(results).filter(({ holds }) => holds !== undefined)
  const parts = [throughputTable(results), latencyTable(results), claimsTable(judged), skippedList(results)]
  return `${parts
    .filter(part => part !== '')
    .join('\n')
    .trimEnd()}\n`
}

function benchSections(results: BenchResults): string {
  return [
    `${machineSentence(results.machine)} ${results.date.slice(0, 10)}, \`${results.command}\`.`,
    [
      `- ${results.pinning}`,
      `- Load generator: ${results.generator}. It checks every reply; one that is not right counts as wrong, not as answered.`,
      `- Rounds: ${results.rounds} of ${results.seconds} s, in each of which every server is measured once; figures are medians over the rounds.`,
      '- All figures of throughput are thousands of right replies for each second of CPU time the server used, all of its threads together.',
      '- Peers have an address of 127.0.0.0/8 each. A REG names other images each time; of an UPD every second image is new.',
    ].join('\n'),
    skippedList(results),
    '## What must show',
    claimsTable(judgeClaims(results)),
    '## Throughput',
    'The columns marked ÷ are what imagep2p reached over what that server reached in the same rounds. The echoes send one reply of the very size; opentracker is asked for announces, and stands beside REG and UPD of two images.',
    throughputTable(results),
    '## Over the size of the catalog',
    '![Throughput and memory over catalog size](docs/bench-catalog.svg)',
    'In parentheses: the part of the figure at 1,000 images that is left.',
    catalogTable(results),
    '## Latency',
    'Nine UPD to one LST, asked for at random moments at half the highest rate that was reached; counted from the moment a request was due, a lost one as 500 ms.',
    latencyTable(results),
    '## Behind the figures',
    'Lowest and highest of the rounds, in the same unit as above. Where a server was busy for much less than 100 % of the time, something else set the pace: the load generator, or what else ran on the machine.',
    backgroundTable(results),
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

function soakSection(soaks: readonly SoakResults[]): string {
  const claims = (['fast', 'portable'] as const).flatMap(path =>
    judgeSoak(
      path,
      soaks.find(soak => soak.path === path),
    ),
  )
  const columns = [
    'Path',
    'Minutes',
    'Right replies',
    'per second',
    'Lost',
    'Dropped by the kernel',
    'Wrong',
    'Memory at first',
    'at last',
    'at most',
  ]
  const rows = soaks.map(({ path, minutes, load, droppedAtServer, flatness, samples }) => [
    path,
    String(minutes),
    load?.answered.toLocaleString('en'),
    load && Math.round(load.answered / load.seconds).toLocaleString('en'),
    load?.lost.toLocaleString('en'),
    (droppedAtServer + (load?.dropped ?? 0)).toLocaleString('en'),
    load?.wrong.toLocaleString('en'),
    flatness && megabytes(flatness.firstBytes),
    flatness && megabytes(flatness.lastBytes),
    megabytes(Math.max(...samples.map(({ residentBytes }) => residentBytes))),
  ])
  const table = markdownTable({
    columns: columns.map((heading, index) => ({ heading, figures: index > 0 })),
    rows,
  })
  return [
    '## Soak',
    'Full load of nine UPD to one LST, while another process sends datagrams of garbage and the server makes heap garbage and collects it twice a second.',
    claimsTable(claims),
    ...(rows.length === 0
      ? []
      : [
          table,
          '![Resident memory during the soak](docs/bench-soak.svg)',
          soaks
            .map(
              soak =>
                `${soak.path}: ${machineSentence(soak.machine)} ${soak.date.slice(0, 10)}, \`${soak.command}\`.`,
            )
            .join('\\\n'),
        ]),
  ]
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

function skippedList({ skipped, subjects }: BenchResults): string {
  if (skipped.length === 0) return ''
  const titleOf = (subject: string): string => subjects.find(({ name }) => name === subject)?.title ?? subject
  return `Not measured:\n\n${skipped.map(({ subject, reason }) => `- ${titleOf(subject)}: ${reason}`).join('\n')}`
}
