/** `npm run soak`: keeps the index server under full load, and says whether it stands that. */
import { argv, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { commandLine, fail, readOrExplain, say } from './command-line.ts'
import { judgeSoak } from './report/claims.ts'
import { keepSoakResults, PROJECT_FOLDER } from './report/report-files.ts'
import { claimsTable } from './report/tables.ts'
import type { SoakResults } from './soak/soak-results.ts'
import { runSoak } from './soak/soak-run.ts'
import { imagep2pFast, imagep2pPortable } from './subjects/imagep2p.ts'
import { pythonServer } from './subjects/python-server.ts'
import type { Subject } from './subjects/subject.ts'
import { prepareMachine } from './surroundings.ts'

const USAGE = `npm run soak -- [options]

  --minutes N          how long (10)
  --udp fast|portable  how datagrams travel (fast)
  --subject python     soak the Python server of the bench instead, and write nothing: tells whether the soak works
  --output FOLDER      where to write the report (the project)

Ends with 0 only if the server survived, its memory stood still after the first minute, every reply was right, and no
more were lost than the kernel says it dropped at a full receive buffer, which no way of reading from it can prevent.
`

const args = argv.slice(2)
const { minutes, path, subject, output } = readOrExplain(USAGE, readOptions)
const prepared = await prepareMachine(false)
const { native } = prepared.surroundings.tools
if (native === undefined) fail('The soak needs a C compiler (cc) for a load that keeps the server busy.', 2)
const obstacle = await subject.obstacle(prepared.surroundings.tools)
if (obstacle !== undefined) fail(`${subject.title}: ${obstacle}`, 2)

const findings = await runSoak(subject, minutes, native, prepared.surroundings, say).catch(
  (fault: unknown) => {
    if (fault instanceof Error && typeof fault.cause === 'string') say(fault.cause)
    return fail(fault instanceof Error ? fault.message : String(fault), 1)
  },
)
prepared.close()
const soak: SoakResults = {
  date: new Date().toISOString(),
  command: commandLine('soak', args),
  machine: prepared.machine,
  path,
  ...findings,
}
if (soak.fault !== undefined) say(soak.fault)
// How long it was to last is the caller's choice, and no reason to fail.
const claims = judgeSoak(path, soak, minutes)
stdout.write(claimsTable(claims))
if (subject !== pythonServer) await keepSoakResults(output, soak)
process.exitCode = claims.every(({ holds }) => holds === true) ? 0 : 1

function readOptions():
  | { minutes: number; path: 'fast' | 'portable'; subject: Subject; output: string }
  | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '10' },
      udp: { type: 'string', default: 'fast' },
      subject: { type: 'string', default: 'imagep2p' },
      output: { type: 'string', default: PROJECT_FOLDER },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const minutes = Number(values.minutes)
  if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes takes a number above 0, at most 1440')
  if (values.udp !== 'fast' && values.udp !== 'portable') throw new Error('--udp is fast or portable')
  if (values.subject !== 'imagep2p' && values.subject !== 'python') {
    throw new Error('--subject is imagep2p or python')
  }
  const ours = values.udp === 'fast' ? imagep2pFast : imagep2pPortable
  return {
    minutes,
    path: values.udp,
    subject: values.subject === 'python' ? pythonServer : ours,
    output: values.output,
  }
}
