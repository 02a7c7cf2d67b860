/** `npm run transfers`: downloads beside other programs, verified onto disk, and serving beside nginx. */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { argv, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { compileNativePrograms } from './native/native-programs.ts'
import { keepTransferResults, PROJECT_FOLDER } from './report/report-files.ts'
import { claimsTable } from './report/tables.ts'
import { judgeTransfers } from './report/transfer-claims.ts'
import { transferTables } from './report/transfers-section.ts'
import { chooseCores } from './system/cores.ts'
import { describeMachine } from './system/machine.ts'
import { makeScratchFolder } from './system/scratch-folder.ts'
import { TRANSFER_CONTESTANTS } from './transfers/contestants/contestants.ts'
import { measureDownloads } from './transfers/download-rounds.ts'
import { measureServing } from './transfers/serving-rounds.ts'
import type { TransferContestant } from './transfers/transfer-contestant.ts'
import type { TransferResults } from './transfers/transfer-results.ts'
import { makeSet, QUICK_SETS, TRANSFER_SETS, type TransferSet } from './transfers/transfer-sets.ts'

const SERVING = 'serving'
/** Ours and the bound: what a quick run has. */
const QUICK_CONTESTANTS: readonly string[] = ['imagep2p', 'curl']

const USAGE = `npm run transfers -- [options]

  --rounds N            rounds, of which the medians are taken (3)
  --seconds N           measured seconds of each round of serving (2)
  --only PARTS          only these parts, by commas: ${[...TRANSFER_SETS.map(({ name }) => name), SERVING].join(', ')}
  --contestants NAMES   only these programs, by commas: ${TRANSFER_CONTESTANTS.map(({ name }) => name).join(', ')}
  --quick               one short round with few files: tells whether it works, not how fast it is
  --output FOLDER       where to write the report; without it, it is written into the project if nothing was left out
`

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly sets: readonly TransferSet[]
  readonly withServing: boolean
  readonly quick: boolean
  readonly contestants: readonly TransferContestant[]
  /** Where the report is written; `undefined` for nowhere. */
  readonly output: string | undefined
}

const args = argv.slice(2)
const options = readOptions()
if (process.platform !== 'linux') fail('It reads CPU time and memory from /proc: it needs Linux.', 2)
const [loadBefore = 0] = loadavg()
const native = await compileNativePrograms()
if (native === undefined) fail('It needs a C compiler (cc) for the load and to take times.', 2)

const skipped: { title: string; reason: string }[] = []
const able: TransferContestant[] = []
for (const contestant of options.contestants) {
  const reason = await contestant.obstacle()
  if (reason === undefined) able.push(contestant)
  else skipped.push({ title: contestant.title, reason })
}
const folder = await makeScratchFolder()
const sets = []
for (const set of options.sets) {
  say(`Making ${set.title}`)
  sets.push(await makeSet(set, join(folder, set.name)))
}
const { rounds, seconds } = options
const downloads = await measureDownloads({ sets, contestants: able, rounds, spent: native.spent }, say)
skipped.push(...downloads.skipped)
let serving: TransferResults['serving'] = []
if (options.withServing) {
  const cores = await chooseCores()
  const plan = { rounds, seconds, quick: options.quick, fileLoad: native.fileLoad }
  const served = await measureServing({ ...plan, cores: typeof cores === 'string' ? undefined : cores }, say)
  serving = served.serving
  skipped.push(...served.skipped)
}
const results: TransferResults = {
  date: new Date().toISOString(),
  command: ['npm run transfers', ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
  machine: describeMachine(native.compiler, undefined),
  loadBefore,
  rounds,
  seconds,
  contestants: able.map(({ name, title, kind }) => ({ name, title, kind })),
  sets: options.sets.map(({ name, title }) => ({ name, title })),
  skipped,
  downloads: downloads.downloads,
  serving,
}
const claims = judgeTransfers(results).filter(({ holds }) => holds !== undefined)
stdout.write(`${[...transferTables(results), claimsTable(claims)].join('\n')}`)
if (options.output === undefined)
  say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepTransferResults(options.output, results)
process.exitCode = 0

function say(progress: string): void {
  stderr.write(`${progress}\n`)
}

function fail(sentence: string, status: number): never {
  stderr.write(`${sentence}\n`)
  return exit(status)
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string' },
        contestants: { type: 'string' },
        quick: { type: 'boolean', default: false },
        output: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      stdout.write(USAGE)
      return exit(0)
    }
    const { quick } = values
    const rounds = Number(values.rounds ?? (quick ? 1 : 3))
    const measured = Number(values.seconds ?? (quick ? 0.2 : 2))
    if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds takes a number above 0')
    if (!(Number.isFinite(measured) && measured > 0)) throw new Error('--seconds takes a number above 0')
    const all = quick ? QUICK_SETS : TRANSFER_SETS
    const parts = named('--only', values.only, [...all.map(({ name }) => name), SERVING])
    const names = TRANSFER_CONTESTANTS.map(({ name }) => name)
    const chosen =
      values.contestants === undefined && quick
        ? QUICK_CONTESTANTS
        : named('--contestants', values.contestants, names)
    const isWhole = !quick && values.only === undefined && values.contestants === undefined
    return {
      rounds,
      seconds: measured,
      sets: all.filter(({ name }) => parts.includes(name)),
      quick,
      withServing: parts.includes(SERVING),
      contestants: TRANSFER_CONTESTANTS.filter(({ name }) => chosen.includes(name)),
      output: values.output ?? (isWhole ? PROJECT_FOLDER : undefined),
    }
  } catch (fault) {
    return fail(`${fault instanceof Error ? fault.message : String(fault)}\n\n${USAGE}`, 2)
  }
}

/** The words of an option, each of which must be among `all`; without the option all of them. */
function named(option: string, text: string | undefined, all: readonly string[]): readonly string[] {
  if (text === undefined) return all
  const words = text.split(',')
  const unknown = words.find(word => !all.includes(word))
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: there is no such thing`)
  return words
}
