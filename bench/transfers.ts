/** `npm run transfers`: downloads beside other programs, verified onto disk, and serving beside nginx. */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import {
  commandLine,
  fail,
  ROUNDS_OPTIONS,
  readOrExplain,
  readRounds,
  say,
  wordsAmong,
} from './command-line.ts'
import { compileNativePrograms } from './native/native-programs.ts'
import { keepTransferResults } from './report/report-files.ts'
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
import { makeSet, QUICK_SETS, TRANSFER_SETS } from './transfers/transfer-sets.ts'

const SERVING = 'serving'
/** Ours and the bound: what a quick run has. */
const QUICK_CONTESTANTS = 'imagep2p,curl'
const PARTS: readonly string[] = [...TRANSFER_SETS.map(({ name }) => name), SERVING]
const DEFAULTS = { rounds: 3, seconds: 2 } as const

const USAGE = `npm run transfers -- [options]

  --rounds N            rounds, of which the medians are taken (3)
  --seconds N           measured seconds of each round of serving (2)
  --only PARTS          only these parts, by commas: ${PARTS.join(', ')}
  --contestants NAMES   only these programs, by commas: ${TRANSFER_CONTESTANTS.map(({ name }) => name).join(', ')}
  --quick               one short round with few files: tells whether it works, not how fast it is
  --output FOLDER       where to write the report; without it, it is written into the project if nothing was left out
`

const args = argv.slice(2)
const { rounds, seconds, quick, parts, output, contestants } = readOrExplain(USAGE, () => {
  const { values } = parseArgs({ args, options: { ...ROUNDS_OPTIONS, contestants: { type: 'string' } } })
  if (values.help) return 'help'
  const names = TRANSFER_CONTESTANTS.map(({ name }) => name)
  const named = values.contestants ?? (values.quick ? QUICK_CONTESTANTS : undefined)
  return {
    ...readRounds(values, PARTS, DEFAULTS, named === undefined),
    contestants: wordsAmong('--contestants', named, names),
  }
})
const chosenSets = (quick ? QUICK_SETS : TRANSFER_SETS).filter(({ name }) => parts.includes(name))
if (process.platform !== 'linux') fail('It reads CPU time and memory from /proc: it needs Linux.', 2)
const [loadBefore = 0] = loadavg()
const native = await compileNativePrograms()
if (native === undefined) fail('It needs a C compiler (cc) for the load and to take times.', 2)

const skipped: { title: string; reason: string }[] = []
const able: TransferContestant[] = []
for (const contestant of TRANSFER_CONTESTANTS) {
  if (!contestants.includes(contestant.name)) continue
  const reason = await contestant.obstacle()
  if (reason === undefined) able.push(contestant)
  else skipped.push({ title: contestant.title, reason })
}
const folder = await makeScratchFolder()
const sets = []
for (const set of chosenSets) {
  say(`Making ${set.title}`)
  sets.push(await makeSet(set, join(folder, set.name)))
}
const downloads = await measureDownloads({ sets, contestants: able, rounds, spent: native.spent }, say)
skipped.push(...downloads.skipped)
let serving: TransferResults['serving'] = []
if (parts.includes(SERVING)) {
  const cores = await chooseCores()
  const plan = { rounds, seconds, quick, fileLoad: native.fileLoad }
  const served = await measureServing({ ...plan, cores: typeof cores === 'string' ? undefined : cores }, say)
  serving = served.serving
  skipped.push(...served.skipped)
}
const results: TransferResults = {
  date: new Date().toISOString(),
  command: commandLine('transfers', args),
  machine: describeMachine(native.compiler, undefined),
  loadBefore,
  rounds,
  seconds,
  contestants: able.map(({ name, title, kind }) => ({ name, title, kind })),
  sets: chosenSets.map(({ name, title }) => ({ name, title })),
  skipped,
  downloads: downloads.downloads,
  serving,
}
const claims = judgeTransfers(results).filter(({ holds }) => holds !== undefined)
stdout.write(`${[...transferTables(results), claimsTable(claims)].join('\n')}`)
if (output === undefined) say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepTransferResults(output, results)
process.exitCode = 0
