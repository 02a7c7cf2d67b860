import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { monotonicMs } from '../../src/base/clock.ts'
import { Failure } from '../../src/base/failure.ts'
import {
  describeRegistration,
  RETRIES_BEFORE_WORD,
  reportDownload,
  reportPeer,
} from '../../src/cli/peer-reporter.ts'
import { languages } from '../../src/messages/messages.ts'
import { openTestTerminal } from '../support/terminal-streams.ts'
import { asDigest } from '../support/wire-arbitraries.ts'

const messages = languages.en
const SERVER = '1.2.3.4:13377'
const HOSTILE = 'a\u001b[2J\n.png'
const SHOWN = 'a\\u{1b}[2J\\u{a}.png'

test('says what was sent, with hostile names made printable', () => {
  const { terminal, printed } = openTestTerminal()
  reportPeer(terminal, messages, SERVER).onServed(HOSTILE, '1.2.3.4')
  assert.equal(printed(), `${messages.peer.served(SHOWN, '1.2.3.4')}\n`)
})

test('says the first picture that was sent at once, and many that follow quickly as a number', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { terminal, printed } = openTestTerminal()
  const { onServed } = reportPeer(terminal, messages, SERVER)
  for (let sent = 0; sent < 6; sent += 1) onServed('a.png', '1.2.3.4')
  for (let sent = 0; sent < 2; sent += 1) onServed('b.png', '1.2.3.5')
  assert.equal(printed(), `${messages.peer.served('a.png', '1.2.3.4')}\n`)
  t.mock.timers.tick(1000)
  const b = `${messages.peer.served('b.png', '1.2.3.5')}\n`
  assert.equal(printed(), `${messages.peer.servedMany(5, '1.2.3.4')}\n${b}${b}`)
  t.mock.timers.tick(1000)
  onServed('c.png', '1.2.3.4')
  assert.ok(printed().endsWith(`${messages.peer.served('c.png', '1.2.3.4')}\n`))
})

test('says once that the server stays silent, after some tries', () => {
  const { terminal, printed } = openTestTerminal()
  const reporter = reportPeer(terminal, messages, SERVER)
  for (let attempts = 1; attempts <= 11; attempts += 1) reporter.onRetry(attempts)
  assert.equal(printed(), `${messages.peer.retrying(SERVER, RETRIES_BEFORE_WORD)}\n`)
})

test('says what the server was told by itself', () => {
  const { terminal, printed } = openTestTerminal()
  const reporter = reportPeer(terminal, messages, SERVER)
  reporter.onRenewed({ kind: 'registered', registered: 3, leftOut: 1 })
  assert.equal(printed(), `${messages.peer.updated(3)}\n${messages.peer.leftOut(1)}\n`)
})

test('says what the server lacks, and whether we can be reached', () => {
  const { terminal, printed } = openTestTerminal()
  const reporter = reportPeer(terminal, messages, SERVER)
  reporter.onLimit({ kind: 'oldServer' })
  reporter.onLimit({ kind: 'noCatalog', reason: 'a\u001bb' })
  reporter.onReachability('unreachable', 5001)
  reporter.onReachability('reachable', 5001)
  const { peer } = messages
  assert.equal(
    printed(),
    [
      peer.oldServer(SERVER),
      peer.noCatalog(SERVER, 'a\\u{1b}b'),
      peer.unreachable(5001),
      peer.reachable(5001),
      '',
    ].join('\n'),
  )
})

test('says what became of the memory of the folder, and nothing where all is fine', () => {
  const { terminal, printed } = openTestTerminal()
  const reporter = reportPeer(terminal, messages, SERVER)
  reporter.onStoreCondition({ kind: 'fine' })
  assert.equal(printed(), '')
  reporter.onStoreCondition({ kind: 'setAside', movedTo: '/d/library.broken', reason: 'not a\ndatabase' })
  assert.equal(printed(), `${messages.peer.storeSetAside('/d/library.broken', 'not a\\u{a}database')}\n`)
  reporter.onStoreCondition({ kind: 'memoryOnly', reason: 'EROFS' })
  assert.equal(printed(), `${messages.peer.storeMemoryOnly('EROFS')}\n`)
})

test('says what went wrong by itself, in a whole sentence', () => {
  const { terminal, printed } = openTestTerminal()
  reportPeer(terminal, messages, SERVER).onTrouble(
    new Failure('serverRefused', { server: SERVER, reason: HOSTILE }),
  )
  const sentence = messages.failures.serverRefused({ server: SERVER, reason: SHOWN })
  assert.equal(printed(), `${messages.peer.trouble(sentence)}\n`)
})

test('without a terminal, reading a folder is a line only where there is much to read', () => {
  const { terminal, printed } = openTestTerminal()
  const reporter = reportPeer(terminal, messages, SERVER)
  for (let done = 0; done <= 999; done += 1) reporter.onReading(done, 999)
  assert.equal(printed(), '')
  for (let done = 0; done <= 1000; done += 1) reporter.onReading(done, 1000)
  assert.equal(printed(), `${messages.peer.reading(1000, 1000)}\n`)
})

test('in a terminal, reading a folder is a line that is gone in the end', async () => {
  await untilDrawn()
  const { terminal, printed } = openTestTerminal({ screen: true, columns: 80 })
  const reporter = reportPeer(terminal, messages, SERVER)
  reporter.onReading(1, 30)
  reporter.onReading(30, 30)
  assert.equal(printed(), `\r\u001b[2K${messages.peer.reading(1, 30)}\r\u001b[2K`)
})

test('a registration, an update and an end each have their sentence', () => {
  const { peer } = messages
  const whole = { kind: 'registered', registered: 3, leftOut: 0 } as const
  assert.deepEqual(describeRegistration(whole, 'register', messages), [peer.registered(3)])
  assert.deepEqual(describeRegistration(whole, 'update', messages), [peer.updated(3)])
  assert.deepEqual(describeRegistration({ ...whole, leftOut: 2 }, 'register', messages), [
    peer.registered(3),
    peer.leftOut(2),
  ])
  for (const asked of ['register', 'update', 'end'] as const) {
    assert.deepEqual(describeRegistration({ kind: 'nothingToShare' }, asked, messages), [peer.nothingToShare])
    assert.deepEqual(describeRegistration({ kind: 'notRegistered' }, asked, messages), [
      messages.menu.notRegistered,
    ])
    assert.deepEqual(describeRegistration({ kind: 'ended', wasKnown: true }, asked, messages), [peer.ended])
    assert.deepEqual(describeRegistration({ kind: 'ended', wasKnown: false }, asked, messages), [
      peer.endedUnknown,
    ])
  }
})

const image = {
  digest: asDigest('0cc175b9c0f1b6a831c399e269772661'),
  name: HOSTILE,
  owners: [{ address: '1.2.3.4', port: 5001 }],
}

test('a download says which owner failed, with what it said made printable', () => {
  const { terminal, printed } = openTestTerminal()
  reportDownload(image, terminal, messages).onFailedAttempt({
    owner: '1.2.3.4:5001',
    reason: 'errorText',
    detail: HOSTILE,
  })
  assert.equal(printed(), `${messages.download.nextOwner('1.2.3.4:5001', 'errorText', SHOWN)}\n`)
})

test('a download draws its progress in a terminal only', async () => {
  await untilDrawn()
  const piped = openTestTerminal()
  reportDownload(image, piped.terminal, messages).onBytes('1.2.3.4:5001', 1_000_000)
  assert.equal(piped.printed(), '')
  const seen = openTestTerminal({ screen: true, columns: 80 })
  reportDownload(image, seen.terminal, messages).onBytes('1.2.3.4:5001', 1_000_000)
  const drawn = seen.printed()
  assert.ok(drawn.startsWith(`\r\u001b[2K${SHOWN}  1 MB  `), JSON.stringify(drawn))
  assert.ok(drawn.endsWith('B/s'))
})

/** Nothing is drawn in the process's first tenth of a second: the clock begins with the process. */
async function untilDrawn(): Promise<void> {
  while (monotonicMs() <= 100) await turn()
}
