import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemReason } from '../../src/base/failure.ts'
import type { DatagramHandler } from '../../src/transport/datagram-server.ts'
import { listenFast } from '../../src/transport/fast-datagrams.ts'
import {
  BATCH_SLOTS,
  EAGAIN,
  EINTR,
  loadSystemCalls,
  type SystemCalls,
} from '../../src/transport/linux-datagrams.ts'
import { DatagramClient } from './datagram-client.ts'
import { datagramCases } from './datagram-conformance.ts'
import { FaultySystemCalls } from './faulty-system-calls.ts'
import { RecordingHandler } from './recording-handler.ts'
import { LOOPBACK, type Serving, serve } from './serving.ts'

const real = await loadSystemCalls().catch((fault: Error) => fault)
const unavailable = real instanceof Error ? real.message : false
const options = { skip: unavailable, timeout: 60_000 }

for (const { name, skip = false, run } of datagramCases) {
  test(`fast: ${name}`, { ...options, skip: unavailable || skip }, () => run(listenFast))
}

const EPERM = 1
const EBADF = 9

/** Offset of `msg_flags` in a `struct mmsghdr`, and its bit for a cut datagram. */
const FLAGS_AT = 48
const MSG_TRUNC = 0x20

type Replace = (real: SystemCalls, faulty: FaultySystemCalls) => Partial<SystemCalls>

/** A server whose system calls are replaced, and a client of it. */
async function serveFaulty(
  replace: Replace,
  handler: DatagramHandler = new RecordingHandler(),
  host = LOOPBACK,
): Promise<Serving & { client: DatagramClient; faulty: FaultySystemCalls }> {
  if (real instanceof Error) throw real
  const faulty = new FaultySystemCalls(real, replace)
  const serving = await serve(options => listenFast(options, async () => faulty.calls), handler, host)
  const client = await DatagramClient.open({ ...serving.server.endpoint, address: LOOPBACK }, LOOPBACK)
  return {
    ...serving,
    client,
    faulty,
    async [Symbol.asyncDispose]() {
      await serving.server.close()
      await client.close()
    },
  }
}

/** Sends `count` datagrams at once and checks that all of them come back, in whatever order. */
async function exchange(client: DatagramClient, count: number): Promise<void> {
  const awaited = new Set(Array.from({ length: count }, (_, index) => `${index}`))
  await Promise.all([...awaited].map(datagram => client.send(datagram)))
  while (awaited.size > 0) {
    const reply = `${await client.reply()}`
    assert.ok(awaited.delete(reply), `${reply} came unawaited`)
  }
}

/** A fault at every `period`-th call. */
function every(period: number): () => boolean {
  let calls = 0
  return () => {
    calls += 1
    return calls % period === 0
  }
}

for (const host of [LOOPBACK, '::']) {
  test(`fast: a full send buffer leaves replies to node:dgram, on ${host}`, options, async () => {
    const full: Replace = (_, faulty) => ({ sendmmsg: () => faulty.failWith(EAGAIN) })
    await using serving = await serveFaulty(full, undefined, host)
    await exchange(serving.client, 100)
    assert.deepEqual(serving.faults, [])
  })
}

test('fast: sends cut short, interrupted or without room lose no reply', options, async () => {
  const isFull = every(5)
  const isInterrupted = every(3)
  await using serving = await serveFaulty((real, faulty) => ({
    sendmmsg: (fd, headers, count, flags) => {
      if (isFull()) return faulty.failWith(EAGAIN)
      if (isInterrupted()) return faulty.failWith(EINTR)
      return real.sendmmsg(fd, headers, Math.min(count, 7), flags)
    },
  }))
  for (let round = 0; round < 50; round += 1) await exchange(serving.client, 100)
  assert.deepEqual(serving.faults, [])
})

test('fast: a reply that the system refuses is a fault, and the others leave', options, async () => {
  const isRefused = every(4)
  await using serving = await serveFaulty((real, faulty) => ({
    sendmmsg: (fd, headers, _count, flags) =>
      isRefused() ? faulty.failWith(EPERM) : real.sendmmsg(fd, headers, 1, flags),
  }))
  await Promise.all(Array.from({ length: 8 }, (_, index) => serving.client.send(`${index}`)))
  for (const awaited of ['0', '1', '2', '4', '5', '6']) {
    assert.equal(`${await serving.client.reply()}`, awaited)
  }
  const refusal = { errno: -EPERM, code: 'EPERM', syscall: 'sendmmsg', address: LOOPBACK }
  assert.deepEqual(
    serving.faults.map(fault => ({ ...fault })),
    Array(2).fill({ ...refusal, port: serving.client.endpoint.port }),
  )
})

test(
  'fast: a receive that fails is a fault, one that is interrupted none, and nothing is lost',
  options,
  async () => {
    const isBroken = every(3)
    const isInterrupted = every(2)
    await using serving = await serveFaulty((real, faulty) => ({
      recvmmsg: (...parameters) => {
        if (isBroken()) return faulty.failWith(EBADF)
        if (isInterrupted()) return faulty.failWith(EINTR)
        return real.recvmmsg(...parameters)
      },
    }))
    await exchange(serving.client, 150)
    assert.ok(serving.faults.length > 0)
    for (const fault of serving.faults) assert.equal(systemReason(fault), 'EBADF')
  },
)

test('fast: a datagram that was cut is dropped', options, async () => {
  const handler = new RecordingHandler()
  const cut: Replace = real => ({
    recvmmsg: (fd, headers, count, flags) => {
      const received = real.recvmmsg(fd, headers, count, flags)
      if (received > 1) headers[FLAGS_AT] = MSG_TRUNC
      return received
    },
  })
  await using serving = await serveFaulty(cut, handler)
  await Promise.all(['0', '1', '2', '3'].map(datagram => serving.client.send(datagram)))
  for (const awaited of ['0', '2', '3']) assert.equal(`${await serving.client.reply()}`, awaited)
  assert.ok(!handler.record.includes('answer 1'))
})

test('fast: replies leave after the commit of their batch, and in few calls', options, async () => {
  const handler = new RecordingHandler()
  const recorded: Replace = real => ({
    sendmmsg: (...parameters) => {
      handler.record.push('send')
      return real.sendmmsg(...parameters)
    },
  })
  await using serving = await serveFaulty(recorded, handler)
  await exchange(serving.client, 2 * BATCH_SLOTS)
  const order = handler.record.filter(event => !event.startsWith('answer')).join(' ')
  assert.match(order, /^commit send commit send( commit send)?$/)
})

test('fast: a socket that is never empty lets the event loop turn', options, async () => {
  let served = 0
  await using serving = await serveFaulty((real, faulty) => ({
    // From the first datagram on as if as much had come as there is room for, each time.
    recvmmsg: (...parameters) => {
      const received = real.recvmmsg(...parameters)
      if (received < 0 && served === 0) return received
      if (served > 20_000) return faulty.failWith(EAGAIN)
      served += parameters[2]
      return parameters[2]
    },
    sendmmsg: (_fd, _headers, count) => count,
  }))
  await Promise.all(Array.from({ length: BATCH_SLOTS }, () => serving.client.send('flood')))
  while (served === 0) await new Promise(setImmediate)
  const firstTurn = served
  assert.ok(firstTurn < 2000, `${firstTurn} datagrams in one turn`)
  while (served === firstTurn) {
    await serving.client.send('again')
    await new Promise(setImmediate)
  }
})

test('fast: nothing is called for a socket that is closed, even from inside a batch', options, async () => {
  let closed: Promise<void> | undefined
  let madeInTime = 0
  const handler = new RecordingHandler(datagram => {
    if (`${datagram}` === '2') {
      closed = serving.server.close()
      madeInTime = serving.faulty.made.length
    }
    return datagram
  })
  await using serving = await serveFaulty(() => ({}), handler)
  const { client, faulty } = serving
  await Promise.all(Array.from({ length: 200 }, (_, index) => client.send(`${index}`)))
  for (let index = 0; index < BATCH_SLOTS; index += 1) assert.equal(`${await client.reply()}`, `${index}`)
  await closed
  assert.deepEqual(faulty.made.slice(madeInTime), ['sendmmsg'])
  assert.equal(handler.sources.length, BATCH_SLOTS)
})

test('fast: nobody else can bind the port by asking to share it', options, async () => {
  await using serving = await serve(listenFast, new RecordingHandler())
  const thief = createSocket({ type: 'udp4', reuseAddr: true })
  const bound = once(thief, 'listening')
  thief.bind(serving.server.endpoint.port, LOOPBACK)
  await assert.rejects(bound, { code: 'EADDRINUSE' }).finally(() => thief.close())
})

test('fast: 50,000 datagrams under a garbage collector that never rests', options, async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  let answered = 0
  const handler = new RecordingHandler(datagram => {
    answered += 1
    if (answered % 1000 === 0) collectGarbage()
    return datagram.map(byte => byte ^ 0xff)
  })
  await using serving = await serve(listenFast, handler, '::')
  const at = { ...serving.server.endpoint, address: LOOPBACK }
  const clients = await Promise.all(Array.from({ length: 4 }, () => DatagramClient.open(at, LOOPBACK)))
  await Promise.all(
    clients.map(async (client, index) => {
      const request = (number: number) => Buffer.from(`${index}:${number}`.padEnd(8 + (number % 900), '.'))
      const window = 32
      const total = 12_500
      for (let number = 0; number < window; number += 1) await client.send(request(number))
      for (let number = 0; number < total; number += 1) {
        // One socket to another on the same machine: nothing is lost and nothing overtakes.
        const reply = await client.reply()
        assert.ok(
          request(number).equals(reply.map(byte => byte ^ 0xff)),
          `reply ${number} to client ${index}`,
        )
        if (number + window < total) await client.send(request(number + window))
      }
      await client.close()
    }),
  )
  assert.equal(answered, 50_000)
  assert.deepEqual(serving.faults, [])
})

test('fast: the layouts are those of the C structures', options, async () => {
  const koffi = await import('koffi')
  const vector = koffi.struct({ iov_base: 'void *', iov_len: 'size_t' })
  const message = koffi.struct({
    msg_name: 'void *',
    msg_namelen: 'uint32_t',
    msg_iov: 'void *',
    msg_iovlen: 'size_t',
    msg_control: 'void *',
    msg_controllen: 'size_t',
    msg_flags: 'int',
  })
  const header = koffi.struct({ msg_hdr: message, msg_len: 'unsigned int' })
  assert.deepEqual(
    {
      vector: [koffi.sizeof(vector), koffi.offsetof(vector, 'iov_len')],
      message: ['msg_namelen', 'msg_iov', 'msg_iovlen', 'msg_flags'].map(name =>
        koffi.offsetof(message, name),
      ),
      header: [koffi.sizeof(header), koffi.offsetof(header, 'msg_len')],
    },
    { vector: [16, 8], message: [8, 16, 24, FLAGS_AT], header: [64, 56] },
  )
})
