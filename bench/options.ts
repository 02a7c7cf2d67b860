import { parseArgs } from 'node:util'
import { positive } from './command-line.ts'
import { LARGE_CATALOG, WORKLOADS, type Workload } from './measure/workloads.ts'
import type { Subject } from './subjects/subject.ts'
import { SUBJECTS } from './subjects/subjects.ts'

/** What `npm run bench -- …` was asked for. */
export interface BenchOptions {
  readonly rounds: number
  /** Measured seconds in each round; a quarter of them go before as warm-up. */
  readonly seconds: number
  readonly workloads: readonly Workload[]
  readonly subjects: readonly Subject[]
  readonly quick: boolean
  /** Images in the largest catalog. */
  readonly largestCatalog: number
  /** Whether the TypeScript generator is to be used even where there is a compiler. */
  readonly dgramGenerator: boolean
  /** Where the report is written; `undefined` leaves it to whether everything was measured. */
  readonly output: string | undefined
  /** Whether nothing was left out: only then the figures may stand for the project. */
  readonly complete: boolean
}

/** What is printed for --help, and beside a complaint. */
export const USAGE: string = `npm run bench -- [options]

  --rounds N        rounds, of which the medians are taken (5)
  --seconds N       measured seconds in each round (2)
  --only NAME       only the requests whose name begins so, several by commas: ${WORKLOADS.map(({ name }) => name).join(', ')}
  --subjects NAMES  only these servers, by commas: ${SUBJECTS.map(({ name }) => name).join(', ')}
  --quick           one short round and small catalogs: tells whether it works, not how fast it is
  --large           a catalog of 10,000,000 images too; takes gigabytes
  --generator dgram the load generator for machines without a C compiler
  --output FOLDER   where to write the report; without it, it is written into the project if nothing was left out
`

const QUICK = { rounds: 1, seconds: 0.2, largestCatalog: 1000 } as const
const DEFAULT_ROUNDS = 5
const DEFAULT_SECONDS = 2
/** Images in the largest catalog that is measured without being asked for. */
const DEFAULT_LARGEST_CATALOG = 1_000_000

/** Reads the command line. Throws an error with a sentence for the person who typed it. */
export function readBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      subjects: { type: 'string' },
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      generator: { type: 'string', default: 'native' },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.quick && values.large) throw new Error('--quick and --large exclude each other')
  if (values.generator !== 'native' && values.generator !== 'dgram') {
    throw new Error('--generator is native or dgram')
  }
  const { quick } = values
  return {
    quick,
    rounds: positive('--rounds', values.rounds, quick ? QUICK.rounds : DEFAULT_ROUNDS, Number.isInteger),
    seconds: positive('--seconds', values.seconds, quick ? QUICK.seconds : DEFAULT_SECONDS, Number.isFinite),
    workloads: workloadsNamed(values.only),
    subjects: subjectsNamed(values.subjects),
    largestCatalog: quick ? QUICK.largestCatalog : values.large ? LARGE_CATALOG : DEFAULT_LARGEST_CATALOG,
    dgramGenerator: values.generator === 'dgram',
    output: values.output,
    complete: !quick && values.only === undefined && values.subjects === undefined,
  }
}

/** Those whose name begins with one of the words, and those they need to be measured before. */
function workloadsNamed(text: string | undefined): readonly Workload[] {
  if (text === undefined) return WORKLOADS
  const words = text.split(',')
  const named = WORKLOADS.filter(({ name }) => words.some(word => name.startsWith(word)))
  if (named.length === 0) throw new Error(`--only ${text} names no requests`)
  const needed = new Set(named.flatMap(({ loop }) => ('halfTheRateOf' in loop ? [loop.halfTheRateOf] : [])))
  return WORKLOADS.filter(workload => named.includes(workload) || needed.has(workload.name))
}

function subjectsNamed(text: string | undefined): readonly Subject[] {
  if (text === undefined) return SUBJECTS
  return text.split(',').map(word => {
    const subject = SUBJECTS.find(({ name }) => name === word)
    if (subject === undefined) throw new Error(`--subjects ${word} names no server`)
    return subject
  })
}
