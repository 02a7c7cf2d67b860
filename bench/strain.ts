/** `npm run strain`: searches, long lists and a flood, what they take, and what others feel of them meanwhile. */
import { loadavg } from 'node:os'
import { argv, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { commandLine, fail, ROUNDS_OPTIONS, readOrExplain, readRounds, say } from './command-line.ts'
import { nativeGenerator } from './load/generators.ts'
import { keepStrainResults } from './report/report-files.ts'
import { judgeStrain } from './report/strain-claims.ts'
import { strainTables } from './report/strain-section.ts'
import { claimsTable } from './report/tables.ts'
import { strainByFlood } from './strain/strain-flood.ts'
import { strainByLists } from './strain/strain-lists.ts'
import { QUICK_PLAN, WHOLE_PLAN } from './strain/strain-plan.ts'
import type { StrainResults } from './strain/strain-results.ts'
import { strainBySearches } from './strain/strain-searches.ts'
import { prepareMachine } from './surroundings.ts'

const USAGE = `npm run strain -- [options]

  --rounds N        rounds, of which the medians are taken (5)
  --seconds N       measured seconds of each load over UDP (2)
  --only PARTS      only these parts, by commas: searches, lists, flood
  --quick           one short round and small catalogs: tells whether it works, not how fast it is
  --output FOLDER   where to write the report; without it, it is written into the project if nothing was left out
`

const PARTS = ['searches', 'lists', 'flood'] as const
const DEFAULTS = { rounds: 5, seconds: 2 } as const
/** The part of the measured time that a load goes on before it. */
const WARM_UP = 0.25

const args = argv.slice(2)
const { rounds, seconds, quick, parts, output } = readOrExplain(USAGE, () => {
  const { values } = parseArgs({ args, options: ROUNDS_OPTIONS })
  return values.help ? 'help' : readRounds(values, PARTS, DEFAULTS)
})
const times = { warmUpMs: Math.round(seconds * WARM_UP * 1000), measuredMs: Math.round(seconds * 1000) }
const plan = { ...(quick ? QUICK_PLAN : WHOLE_PLAN), rounds, times }
const [loadBefore = 0] = loadavg()
const prepared = await prepareMachine(false)
const { native } = prepared.surroundings.tools
if (native === undefined) fail('It needs a C compiler (cc) for the load and the flood.', 2)
const surroundings = {
  ...prepared.surroundings,
  isQuick: quick,
  // What strains the server runs on the generator's core, whenever the generator sleeps.
  generator: nativeGenerator(native, prepared.cores, false),
}
// Whatever else runs on the machine would starve what gives way: a quick run is to come to its end there too.
const loadCore = quick ? undefined : prepared.cores?.generator

const results = await measure().catch((fault: unknown) => {
  if (fault instanceof Error && typeof fault.cause === 'string') say(fault.cause)
  return fail(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault), 1)
})
prepared.close()
const claims = judgeStrain(results).filter(({ holds }) => holds !== undefined)
stdout.write(`${[...strainTables(results), claimsTable(claims)].join('\n')}`)
if (output === undefined) say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepStrainResults(output, results)
process.exitCode = 0

async function measure(): Promise<StrainResults> {
  if (native === undefined) throw new Error('there is no C compiler')
  const searches = parts.includes('searches')
    ? await strainBySearches(plan, surroundings, loadCore, say)
    : undefined
  const lists = parts.includes('lists') ? await strainByLists(plan, surroundings, loadCore, say) : undefined
  const flood = parts.includes('flood')
    ? await strainByFlood(plan, native, surroundings, loadCore, say)
    : undefined
  return {
    date: new Date().toISOString(),
    command: commandLine('strain', args),
    machine: prepared.machine,
    pinning: prepared.pinning,
    loadBefore,
    rounds: plan.rounds,
    seconds,
    ...(searches !== undefined && { searches }),
    ...(lists !== undefined && { lists }),
    ...(flood !== undefined && { flood }),
  }
}
