/** `npm run faults`: breaks transfers in every way there is, and says whether a wrong file got a name or one did not arrive. */
import { argv, exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import type { FaultResults, FaultRowResult } from './faults/fault-results.ts'
import { runFaultRow } from './faults/fault-run.ts'
import { FAULT_ROWS } from './faults/rows/rows.ts'
import { compileNativePrograms } from './native/native-programs.ts'
import { faultsSection } from './report/faults-section.ts'
import { keepFaultResults, PROJECT_FOLDER } from './report/report-files.ts'
import { describeMachine } from './system/machine.ts'

const USAGE = `npm run faults -- [options]

  --rounds N       how often each row is run, each time with the next seed (1)
  --seed N         chooses the images and the moments (1)
  --only NAME      only the rows whose name begins so, several by commas: ${FAULT_ROWS.map(({ name }) => name).join(', ')}
  --quick          few points and small images: tells whether it works; is not kept
  --output FOLDER  where to write the report; without it, it is written into the project

Of rows that are not run the results before are kept. Ends with 0 only if no wrong or partial file had a final name, and
every download finished that had to.
`

const args = argv.slice(2)
const { rounds, seed, isQuick, output, rows } = readOptions()
const native = await compileNativePrograms()
const command = ['npm run faults', ...(args.length === 0 ? [] : ['--', ...args])].join(' ')
const machine = describeMachine(native?.compiler, undefined)
const found: FaultRowResult[] = []
for (const row of rows) {
  stderr.write(`${row.name}\n`)
  const findings = await runFaultRow(row, { rounds, seed, isQuick, failingCalls: native?.failingCalls }, say)
  const result = { ...findings, date: new Date().toISOString(), command, seed, rounds }
  found.push(result)
  // After each row: the whole table takes a while.
  if (!isQuick) await keepFaultResults(output ?? PROJECT_FOLDER, { machine, rows: [result] })
}
const results: FaultResults = { machine, rows: found }
stdout.write(`${faultsSection(results)}\n`)
exit(found.every(({ wrong, unfinished }) => wrong.length + unfinished.length === 0) ? 0 : 1)

function say(progress: string): void {
  stderr.write(`  ${progress}\n`)
}

function fail(sentence: string, status: number): never {
  stderr.write(`${sentence}\n`)
  return exit(status)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        output: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      stdout.write(USAGE)
      return exit(0)
    }
    const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on')
    if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed takes a whole number from 0 on')
    const words = values.only?.split(',')
    const rows = FAULT_ROWS.filter(({ name }) => words?.some(word => name.startsWith(word)) ?? true)
    if (rows.length === 0) throw new Error(`--only ${values.only} names no rows`)
    return { rounds, seed, isQuick: values.quick, output: values.output, rows }
  } catch (fault) {
    return fail(`${fault instanceof Error ? fault.message : String(fault)}\n\n${USAGE}`, 2)
  }
}
