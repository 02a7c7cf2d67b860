/** `npm run bench`: measures the index server beside others, and writes down what it found. */
import { argv, stdout } from 'node:process'
import { commandLine, readOrExplain, say } from './command-line.ts'
import type { BenchResults } from './measure/results.ts'
import { measureSideBySide } from './measure/side-by-side.ts'
import { readBenchOptions, USAGE } from './options.ts'
import { summary } from './report/benchmarks-page.ts'
import { keepBenchResults, PROJECT_FOLDER } from './report/report-files.ts'
import { prepareMachine } from './surroundings.ts'

/** The part of a round's measured time that goes before it: compilers and caches want to be warm. */
const WARM_UP = 0.25

const args = argv.slice(2)
const options = readOrExplain(USAGE, () => readBenchOptions(args))
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
  { ...prepared.surroundings, isQuick: options.quick },
  say,
)
prepared.close()
const results: BenchResults = {
  date: new Date().toISOString(),
  command: commandLine('bench', args),
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
