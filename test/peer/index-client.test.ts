import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { Failure } from '../../src/base/failure.ts'
import { IndexClient } from '../../src/peer/index-client.ts'
import { ServerLocator } from '../../src/peer/server-locator.ts'
import type { ImageEntry } from '../../src/protocol/index-request.ts'
import type { RetryPlan } from '../../src/transport/datagram-exchange.ts'
import { md5 } from '../support/md5.ts'

const plan: RetryPlan = { attempts: 4, firstDelayMs: 60, growth: 1.2, maxDelayMs: 100, refusalsBelieved: 2 }
const never = new AbortController().signal

/** A server that somebody else wrote: `answer` gets what a receive buffer of `bufferBytes` leaves of each datagram. */
async function startOtherServer(
  t: TestContext,
  answer: (message: string, nth: number) => string | undefined,
  bufferBytes = 65_535,
): Promise<{ client: IndexClient; messages: string[] }> {
  const messages: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (datagram, from) => {
    const message = datagram.subarray(0, bufferBytes).toString('utf8')
    messages.push(message)
    const reply = answer(message, messages.length)
    if (reply !== undefined) socket.send(reply, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return { client: clientOf('127.0.0.1', socket.address().port), messages }
}

function clientOf(host: string, port: number): IndexClient {
  return new IndexClient({ locator: new ServerLocator({ host, port }), plan, onRetry: () => {} })
}

function entries(count: number): ImageEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    digest: md5(Buffer.from(String(index))),
    name: `picture number ${index}.jpg`,
  }))
}

/** What a server of the field does with a list, in a few lines. */
function countOrRefuse(message: string, word: string): string {
  const list = message.trim().split(' ').slice(3).join(' ').split(';')
  return list.every(entry => /^[0-9a-f]{32},.+$/.test(entry))
    ? `OK ${list.length}_${word}`
    : 'ERR INVALID_MESSAGE_FORMAT'
}

async function failsWith(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(promise, error => error instanceof Failure && error.code === code)
}

test('a server that takes long datagrams gets the whole list in one', async t => {
  const { client, messages } = await startOtherServer(t, message =>
    countOrRefuse(message, 'REGISTERED_IMAGES'),
  )
  assert.deepEqual(await client.register('pw', 5000, entries(500), never), { registered: 500, leftOut: 0 })
  assert.equal(messages.length, 1)
  const huge = entries(5000)
  const { registered, leftOut } = await client.update('pw', 5000, huge, never)
  assert.equal(registered + leftOut, 5000)
  assert.ok(registered > 900 && Buffer.byteLength(messages.at(-1) ?? '') <= 65_507)
})

test('a server with the field’s buffer gets what fits into it, and we say how many are left out', async t => {
  const { client, messages } = await startOtherServer(
    t,
    message => countOrRefuse(message, 'REGISTERED_FILES'),
    4096,
  )
  const { registered, leftOut } = await client.register('pw', 5000, entries(500), never)
  assert.equal(registered + leftOut, 500)
  assert.ok(registered > 60, `${registered}`)
  assert.equal(messages.length, 2)
  assert.ok(Buffer.byteLength(messages[1] ?? '') <= 4096)
  assert.match(messages[1] ?? '', /\.jpg$/)
  await client.update('pw', 5000, entries(500), never)
  assert.equal(messages.length, 3, 'what it takes is remembered')
})

test('replies of other implementations are understood', async t => {
  const { client } = await startOtherServer(t, message => {
    if (message.startsWith('REG')) return 'OK 1_REGISTERED_FILES'
    if (message.startsWith('END')) return 'OK CLIENT_FINISHED\n'
    return `${md5(Buffer.from('a'))},a, with 1.2.3.4:5, commas.png,10.0.0.1:5001;`
  })
  assert.deepEqual(await client.register('pw', 5000, entries(1), never), { registered: 1, leftOut: 0 })
  assert.deepEqual(await client.list(never), {
    images: [
      {
        digest: md5(Buffer.from('a')),
        name: 'a, with 1.2.3.4:5, commas.png',
        owners: [{ address: '10.0.0.1', port: 5001 }],
      },
    ],
    unreadable: 0,
    mayBeCut: false,
  })
  assert.equal(await client.end('pw', 5000, never), true)
})

test('refusals reach the caller as what they are', async t => {
  const { client } = await startOtherServer(t, message =>
    message.startsWith('END') || message.startsWith('UPD')
      ? 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD'
      : message === 'LST'
        ? 'ERR OUT_OF_ORDER'
        : 'ERR INVALID_MESSAGE_FORMAT',
  )
  await failsWith(client.update('pw', 5000, entries(1), never), 'registeredWithOtherPassword')
  await failsWith(client.register('pw', 5000, entries(1), never), 'serverRefused')
  await failsWith(client.list(never), 'serverRefused')
  assert.equal(await client.end('pw', 5000, never), false)
})

test('rubbish is not taken for an answer, and silence is said', async t => {
  const { client, messages } = await startOtherServer(t, (_message, nth) =>
    nth < 3 ? 'OK 9_STRANGE' : undefined,
  )
  await failsWith(client.list(never), 'serverSilent')
  assert.equal(messages.length, plan.attempts)
  const { client: other } = await startOtherServer(t, () => 'this is not a listing')
  await failsWith(other.list(never), 'serverUnreadable')
})

test('an answer to the third try is an answer', async t => {
  const { client, messages } = await startOtherServer(t, (_message, nth) =>
    nth < 3 ? undefined : 'ERR NO_IMAGES_AVAILABLE',
  )
  assert.deepEqual((await client.list(never)).images, [])
  assert.equal(messages.length, 3)
})

test('nobody listening, and no such host, are said', async t => {
  const { client } = await startOtherServer(t, () => undefined)
  const stopping = AbortSignal.timeout(80)
  await failsWith(client.list(stopping), 'cancelled')
  await failsWith(clientOf('127.0.0.1', 9).list(never), 'serverSilent')
  await failsWith(clientOf('no-such-host.invalid', 9).list(never), 'serverNotFound')
})

test('a renewal tells how long it lasts and whether we can be reached, or that we are unknown', async t => {
  const { client, messages } = await startOtherServer(
    t,
    (_message, nth) =>
      ['OK ALIVE 120', 'OK ALIVE 7 UNREACHABLE', 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD'][nth - 1],
  )
  const renew = () => client.renew('pw', 5000, never)
  assert.deepEqual(await renew(), { kind: 'alive', leaseSeconds: 120, isUnreachable: false })
  assert.deepEqual(await renew(), { kind: 'alive', leaseSeconds: 7, isUnreachable: true })
  assert.deepEqual(await renew(), { kind: 'notRegistered' })
  assert.deepEqual(messages, Array(3).fill('ALV pw 5000'))
})

test('a server that does not know ALV is an old one, whatever it answers', async t => {
  for (const reply of ['ERR INVALID_MESSAGE_FORMAT', 'ERR UNKNOWN_COMMAND', 'OK', 'OK 0_REGISTERED_FILES']) {
    const { client } = await startOtherServer(t, () => reply)
    assert.deepEqual(await client.renew('pw', 5000, never), { kind: 'oldServer' })
  }
  const { client } = await startOtherServer(t, () => undefined)
  await failsWith(client.renew('pw', 5000, never), 'serverSilent')
})

test('whether a list goes out whole is known before, and learnt from what the server took', async t => {
  const { client } = await startOtherServer(t, message => countOrRefuse(message, 'REGISTERED_IMAGES'), 4096)
  assert.equal(client.takesWhole('pw', 5000, entries(500)), true)
  assert.equal(client.takesWhole('pw', 5000, entries(5000)), false)
  await client.register('pw', 5000, entries(500), never)
  assert.equal(client.takesWhole('pw', 5000, entries(500)), false)
  assert.equal(client.takesWhole('pw', 5000, entries(50)), true)
})
