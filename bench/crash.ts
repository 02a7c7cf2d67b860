/** `npm run crash`: kills the index server under load again and again, and says whether it lost or made up anything. */
import { join } from 'node:path'
import { argv, exit, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { commandLine, fail, readOrExplain, say } from './command-line.ts'
import type { CrashResults } from './crash/crash-results.ts'
import { runCrashRounds } from './crash/crash-run.ts'
import { crashSection, isLongEnough } from './report/crash-section.ts'
import { keepCrashResults, PROJECT_FOLDER } from './report/report-files.ts'
import { describeMachine } from './system/machine.ts'
import { makeScratchFolder } from './system/scratch-folder.ts'

const USAGE = `npm run crash -- [options]

  --rounds N       how often the server is killed under load (200)
  --seed N         chooses the requests and the moments (1)
  --output FOLDER  where to write the report; without it, it is written into the project after 200 rounds or more

Ends with 0 only if after each restart everything acknowledged was there, and nothing that was not sent.
`

const args = argv.slice(2)
const { rounds, seed, output } = readOrExplain(USAGE, readOptions)
if (process.platform !== 'linux') fail('Peers speak from addresses of 127.0.0.0/8, which only Linux has.', 2)
say(`seed ${seed}`)
const folder = join(await makeScratchFolder(), 'data')
const findings = await runCrashRounds({ rounds, seed, folder }, say)
const results: CrashResults = {
  date: new Date().toISOString(),
  command: commandLine('crash', args),
  machine: describeMachine(undefined, undefined),
  ...findings,
}
stdout.write(`${crashSection(results)}\n`)
const into = output ?? (isLongEnough(results) ? PROJECT_FOLDER : undefined)
if (into !== undefined) await keepCrashResults(into, results)
exit(results.violations.length === 0 ? 0 : 1)

function readOptions(): { rounds: number; seed: number; output: string | undefined } | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on')
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed takes a whole number from 0 on')
  return { rounds, seed, output: values.output }
}
