import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { doSome } from '../../support/journal-load.ts'
import { JournalState } from '../../support/journal-state.ts'
import { openJournal, stateIn } from '../../support/open-journal.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const program = fileURLToPath(new URL('../../support/journal-child.ts', import.meta.url))

/** Bytes of log at which the child folds: every twenty batches or so, so that it is killed in the midst of it. */
const FOLD_BYTES = 20_000

function startChild(t: TestContext, command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** Lets the child run until it wrote `lines` lines, then calls `then`; gives all lines that it wrote. */
async function linesOf(child: ChildProcess, lines: number, then: () => void): Promise<string[]> {
  let text = ''
  let isOver = false
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    if (isOver || text.split('\n').length <= lines) return
    isOver = true
    then()
  })
  await once(child, 'close')
  return text.split('\n').slice(0, -1)
}

test('what was acknowledged is there after each kill -9, and nothing that was not sent', async t => {
  const directory = await temporaryFolder(t)
  const random = seededRandom(20)
  const state = new JournalState()
  let done = 0
  for (let round = 0; round < 10; round += 1) {
    const child = startChild(t, process.execPath, [program, directory, String(done), String(FOLD_BYTES)])
    const lines = await linesOf(child, 1 + below(random, 400), () => child.kill('SIGKILL'))
    assert.deepEqual(
      lines,
      lines.map((_, index) => `committed ${done + index}`),
    )
    for (const _ of lines) {
      doSome(state, seededRandom(done), () => {})
      done += 1
    }
    const acknowledged = state.shown
    // It may have committed one more, and been killed before it said so.
    const found = JSON.stringify(await stateIn(t, directory))
    if (found === JSON.stringify(acknowledged)) continue
    doSome(state, seededRandom(done), () => {})
    done += 1
    assert.equal(found, JSON.stringify(state.shown), `round ${round}, ${done} batches`)
  }
  assert.ok(done > 100)
})

test('a disk that refuses to write ends no process, and what was written stays', async t => {
  if (process.platform === 'win32') return t.skip('there is no limit of a file’s size to set')
  const directory = await temporaryFolder(t)
  // The system then refuses whatever makes a file longer: an error of input and output, not a full disk.
  const limited = `ulimit -f 1000; exec "$0" "$@"`
  const args = ['-c', limited, process.execPath, program, directory, '0', '100000000']
  const child = startChild(t, 'sh', args)
  const lines: string[] = []
  const seen = linesOf(child, 6000, () => child.kill('SIGKILL'))
  lines.push(...(await seen))
  const at = lines.findIndex(line => line.startsWith('{'))
  assert.ok(at > 0 && at < lines.length - 100, `${at} of ${lines.length}`)
  const { kind, reason } = JSON.parse(lines[at] ?? '')
  assert.equal(kind, 'notDurable')
  assert.match(reason, /disk I\/O error|full/)

  const state = new JournalState()
  for (let batch = 0; batch < at; batch += 1) doSome(state, seededRandom(batch), () => {})
  const opened = await openJournal(t, directory)
  assert.deepEqual(opened.conditions, [])
  assert.equal(JSON.stringify(opened.state.shown), JSON.stringify(state.shown))
})
