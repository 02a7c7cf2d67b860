/** `npm run likeness`: which copies of pictures their likeness finds, and what a search for it takes of the server. */
import { loadavg } from 'node:os'
import { argv, cpuUsage, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { perceptualHash } from '../src/peer/likeness/perceptual-hash.ts'
import { ALIKE_BITS } from '../src/protocol/likeness.ts'
import type { LikenessResults } from './likeness/likeness-results.ts'
import { findingsOf, makeThumbnails } from './likeness/measure-hashes.ts'
import { measureQueries } from './likeness/measure-queries.ts'
import { drawOriginals } from './likeness/picture-set.ts'
import { ourHash, RIVAL_HASHES } from './likeness/rival-hashes.ts'
import { isWhole, likenessSection } from './report/likeness-section.ts'
import { keepLikenessResults, PROJECT_FOLDER } from './report/report-files.ts'
import { describeMachine } from './system/machine.ts'

/** Radii of ours that are shown beside the one that is used: what folds copies, and one more. */
const OTHER_RADII = [8, 16] as const

const USAGE = `npm run likeness -- [options]

  --quick           few scenes and a small catalog: tells whether it works
  --output FOLDER   where to write the report; without it, it is written into the project if nothing was left out
`

const args = argv.slice(2)
const { quick, output } = readOptions()
const [loadBefore = 0] = loadavg()
const ofEachKind = quick ? 4 : 60
say('Drawing and transforming')
const originals = await drawOriginals(quick ? 6 : undefined)
const set = await makeThumbnails(originals, ofEachKind)
say('Comparing')
const hashes = [ourHash(ALIKE_BITS), ...OTHER_RADII.map(ourHash), ...RIVAL_HASHES].map(hash =>
  findingsOf(hash, set),
)
const before = cpuUsage()
for (const pixels of set.originals) perceptualHash(pixels)
const { user, system } = cpuUsage(before)
say('Searching')
const queries = await measureQueries(quick ? 20_000 : 1_000_000, quick ? 20 : 200)
const results: LikenessResults = {
  date: new Date().toISOString(),
  command: ['npm run likeness', ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
  machine: describeMachine(undefined, undefined),
  loadBefore,
  set: {
    originals: originals.length,
    variants: Object.values(set.variants).reduce((sum, variants) => sum + variants.length, 0),
    ofEachKind,
  },
  hashes,
  hashMicroseconds: (user + system) / originals.length,
  queries,
}
stdout.write(`${likenessSection(results)}\n`)
const folder = output ?? (isWhole(results) ? PROJECT_FOLDER : undefined)
if (folder === undefined) say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepLikenessResults(folder, results)

function say(progress: string): void {
  stderr.write(`${progress}\n`)
}

function readOptions(): { quick: boolean; output: string | undefined } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        output: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      stdout.write(USAGE)
      return exit(0)
    }
    return { quick: values.quick, output: values.output }
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return exit(2)
  }
}
