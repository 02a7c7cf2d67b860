/** `npm run bench`: measures the index server beside others, and writes down what it found. */
import { argv, exit, stderr, stdout } from 'node:process'
import type { BenchResults } from './measure/results.ts'
import { measureSideBySide } from './measure/side-by-side.ts'
import { type BenchOptions, readBenchOptions, USAGE } from './options.ts'
import { summary } from './report/benchmarks-page.ts'
import { keepBenchResults, PROJECT_FOLDER } from './report/report-files.ts'
import { prepareMachine } from './surroundings.ts'

/** The part of a round's measured time that goes before it: compilers and caches want to be warm. */
const WARM_UP = 0.25

const args = argv.slice(2)
const options = readOptions()
const prepared = await prepareMachine(options.dgramGenerator)
if (prepared.surroundings.tools.native === undefined) {
  say('There is no C compiler (cc): the load comes from a slower generator, and the C echo is left out.')
}
const { cells, memory, skipped, failed } = await measureSideBySide(
  {
    ...options,
    times: {
      warmUpMs: Math.round(options.seconds * WARM_UP * 1000),
      measuredMs: Math.round(options.seconds * 1000),
    },
  },
  prepared.surroundings,
  say,
)
prepared.close()
const results: BenchResults = {
  date: new Date().toISOString(),
  command: ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
  machine: prepared.machine,
  pinning: prepared.pinning,
  generator: prepared.surroundings.generator.description,
  rounds: options.rounds,
  seconds: options.seconds,
  subjects: options.subjects.map(({ name, title }) => ({ name, title })),
  skipped: [...skipped, ...failed],
  cells,
  memory,
}
stdout.write(summary(results))
const belongsHere = options.complete && failed.length === 0
const folder = options.output ?? (belongsHere ? PROJECT_FOLDER : undefined)
if (folder === undefined) say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepBenchResults(folder, results)
process.exitCode = failed.length === 0 ? 0 : 1

function say(progress: string): void {
  stderr.write(`${progress}\n`)
}

function readOptions(): BenchOptions {
  try {
    const read = readBenchOptions(args)
    if (read !== 'help') return read
    stdout.write(USAGE)
    return exit(0)
  } catch (fault) {
    stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n\n${USAGE}`)
    return exit(2)
  }
}
