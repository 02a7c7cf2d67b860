import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { getEventListeners, once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Endpoint } from '../../src/protocol/endpoint.ts'
import { MAX_DATAGRAM_BYTES } from '../../src/protocol/limits.ts'
import {
  DEFAULT_RETRY_PLAN,
  exchangeDatagrams,
  type RetryPlan,
} from '../../src/transport/datagram-exchange.ts'
import { assertOpenResources } from '../support/open-resources.ts'

/** Tries often and soon: what a test waits for comes, however slow the machine. */
const patient: RetryPlan = {
  attempts: 1000,
  firstDelayMs: 20,
  growth: 1,
  maxDelayMs: 20,
  refusalsBelieved: 1000,
}
const REQUEST = Buffer.from('LST')
const never = new AbortController().signal

interface Server {
  readonly socket: Socket
  readonly endpoint: Endpoint
}

/** A UDP socket that is closed with the test. */
async function open(t: TestContext, address = '127.0.0.1', port = 0): Promise<Server> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind(port, address)
  await once(socket, 'listening')
  t.after(async () => {
    socket.close()
    await once(socket, 'close')
  })
  return { socket, endpoint: { address, port: socket.address().port } }
}

/** The endpoint of a port on which nothing listens. */
async function closedPort(): Promise<Endpoint> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return { address: '127.0.0.1', port }
}

function send({ socket }: Server, text: string | Buffer, { port, address }: RemoteInfo): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(text, port, address, error => (error ? reject(error) : resolve()))
  })
}

function all(): boolean {
  return true
}

test('gives the answer to the first try', async t => {
  const server = await open(t)
  const received: Buffer[] = []
  server.socket.on('message', (bytes, from) => {
    received.push(bytes)
    void send(server, 'OK', from)
  })
  const plan = { ...patient, firstDelayMs: 60_000, maxDelayMs: 60_000 }
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: never })
  assert.deepEqual(exchange, { kind: 'reply', bytes: Buffer.from('OK'), attempts: 1 })
  assert.deepEqual(received, [REQUEST])
})

test('tries again until it is answered, and says so before each repeat', async t => {
  const server = await open(t)
  let received = 0
  server.socket.on('message', (_bytes, from) => {
    received += 1
    if (received === 3) void send(server, 'OK', from)
  })
  const retries: number[] = []
  // Waits of 1 ms, 200 ms and then 40 s, so that no fourth try comes before the answer to the third.
  const plan = { ...patient, firstDelayMs: 1, growth: 200, maxDelayMs: 60_000 }
  const onRetry = (attempts: number) => retries.push(attempts)
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: never, onRetry })
  assert.deepEqual(exchange, { kind: 'reply', bytes: Buffer.from('OK'), attempts: 3 })
  assert.deepEqual(retries, [1, 2])
  assert.equal(received, 3)
})

test('a reply from another port or address is not even looked at', async t => {
  const server = await open(t)
  const intruders = [await open(t)]
  // The server's port at another address of this machine, where it has one.
  if (process.platform === 'linux') intruders.push(await open(t, '127.0.0.2', server.endpoint.port))
  server.socket.on('message', async (_bytes, from) => {
    for (const intruder of intruders) await send(intruder, 'forged', from)
    await send(server, 'OK', from)
  })
  const seen: string[] = []
  const accept = (bytes: Buffer) => {
    seen.push(bytes.toString())
    return true
  }
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, accept, { plan: patient, signal: never })
  assert.equal(exchange.kind, 'reply')
  assert.deepEqual(seen, ['OK'])
})

test('a reply that is not accepted is passed over, and the next one taken', async t => {
  const server = await open(t)
  server.socket.on('message', async (_bytes, from) => {
    for (const text of ['late', '', 'OK', 'another']) await send(server, text, from)
  })
  const seen: string[] = []
  const accept = (bytes: Buffer) => {
    seen.push(bytes.toString())
    return bytes.toString() === 'OK'
  }
  const plan = { ...patient, firstDelayMs: 60_000, maxDelayMs: 60_000 }
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, accept, { plan, signal: never })
  assert.deepEqual(exchange, { kind: 'reply', bytes: Buffer.from('OK'), attempts: 1 })
  assert.deepEqual(seen, ['late', '', 'OK'])
})

test('replies that are never accepted are silence', async t => {
  const server = await open(t)
  server.socket.on('message', (_bytes, from) => void send(server, 'no', from))
  const plan = { ...patient, attempts: 3, firstDelayMs: 5 }
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, () => false, { plan, signal: never })
  assert.equal(exchange.kind, 'silence')
})

test('silence comes after as many tries as planned', async t => {
  const server = await open(t)
  let received = 0
  server.socket.on('message', () => {
    received += 1
  })
  const retries: number[] = []
  const onRetry = (attempts: number) => retries.push(attempts)
  const plan = { ...patient, attempts: 4, firstDelayMs: 5, growth: 2, maxDelayMs: 10 }
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: never, onRetry })
  assert.ok(exchange.kind === 'silence')
  assert.equal(exchange.attempts, 4)
  assert.equal(exchange.refused, false)
  assert.ok(exchange.elapsedMs >= 0)
  assert.deepEqual(retries, [1, 2, 3])
  while (received < 4) await turn()
  assert.equal(received, 4)
})

test('a single try is one datagram and no repeat', async t => {
  const server = await open(t)
  const plan = { ...patient, attempts: 1, firstDelayMs: 5 }
  const onRetry = () => assert.fail('there is nothing to repeat')
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: never, onRetry })
  assert.ok(exchange.kind === 'silence')
  assert.equal(exchange.attempts, 1)
})

test('a port on which nothing listens is refused before the plan is used up', async () => {
  const plan = { ...patient, refusalsBelieved: 3 }
  const exchange = await exchangeDatagrams(await closedPort(), REQUEST, all, { plan, signal: never })
  assert.ok(exchange.kind === 'silence')
  assert.equal(exchange.refused, true)
  assert.ok(exchange.attempts >= 3 && exchange.attempts < plan.attempts, `${exchange.attempts} attempts`)
})

test('a refusal too few is no refusal: a server that is just being restarted is waited for', async t => {
  const endpoint = await closedPort()
  const onRetry = async (attempts: number) => {
    if (attempts !== 5) return
    const server = await open(t, endpoint.address, endpoint.port)
    server.socket.on('message', (_bytes, from) => void send(server, 'OK', from))
  }
  const options = { plan: patient, signal: never, onRetry: (attempts: number) => void onRetry(attempts) }
  const exchange = await exchangeDatagrams(endpoint, REQUEST, all, options)
  assert.ok(exchange.kind === 'reply')
  assert.ok(exchange.attempts > 5)
})

test('the answer to an earlier request does not answer a later one', async t => {
  const server = await open(t)
  const plan = { ...patient, attempts: 1, firstDelayMs: 20 }
  const first = once(server.socket, 'message')
  assert.equal(
    (await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: never })).kind,
    'silence',
  )
  const [, earlier] = (await first) as [Buffer, RemoteInfo]
  server.socket.on('message', async (_bytes, later) => {
    assert.notEqual(later.port, earlier.port)
    await send(server, 'late', earlier)
    await send(server, 'OK', later)
  })
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan: patient, signal: never })
  assert.ok(exchange.kind === 'reply')
  assert.equal(exchange.bytes.toString(), 'OK')
})

test('the longest datagrams go both ways', async t => {
  const server = await open(t)
  server.socket.on('message', (bytes, from) => void send(server, Buffer.from(bytes).reverse(), from))
  const longest = Buffer.alloc(MAX_DATAGRAM_BYTES, 'ab')
  const exchange = await exchangeDatagrams(server.endpoint, longest, all, { plan: patient, signal: never })
  assert.ok(exchange.kind === 'reply')
  assert.deepEqual(exchange.bytes, Buffer.from(longest).reverse())
})

test('a datagram that the system does not send is too long', async t => {
  const server = await open(t)
  const onRetry = () => assert.fail('trying again does not make it shorter')
  const plan = { ...patient, firstDelayMs: 60_000, maxDelayMs: 60_000 }
  const datagram = Buffer.alloc(MAX_DATAGRAM_BYTES + 1)
  const exchange = await exchangeDatagrams(server.endpoint, datagram, all, { plan, signal: never, onRetry })
  assert.deepEqual(exchange, { kind: 'tooLong' })
})

test('IPv6 is spoken as IPv4 is', async t => {
  let server: Server
  try {
    server = await open(t, '::1')
  } catch {
    return t.skip('this machine has no IPv6')
  }
  server.socket.on('message', (_bytes, from) => void send(server, 'OK', from))
  const exchange = await exchangeDatagrams(server.endpoint, REQUEST, all, { plan: patient, signal: never })
  assert.ok(exchange.kind === 'reply')
})

test('an aborted signal sends nothing', async t => {
  const server = await open(t)
  server.socket.on('message', () => assert.fail('a datagram was sent'))
  const reason = new Error('not today')
  const exchange = exchangeDatagrams(server.endpoint, REQUEST, all, {
    plan: patient,
    signal: AbortSignal.abort(reason),
  })
  await assert.rejects(exchange, error => error === reason)
  await assertOpenResources({ UDPWrap: 1 })
})

test('the signal ends an exchange at once, with its reason, and leaves nothing open', async t => {
  const server = await open(t)
  const plan = { ...patient, firstDelayMs: 60_000, maxDelayMs: 60_000 }
  // Right away, while the socket is still being set up; a little later; and when the datagram has gone out.
  const moments: (() => Promise<unknown>)[] = [
    async () => {},
    () => Promise.resolve(),
    () => turn(),
    () => once(server.socket, 'message'),
  ]
  for (const moment of moments) {
    const stopping = new AbortController()
    const reason = new Error('enough')
    const exchange = exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal: stopping.signal })
    const rejected = assert.rejects(exchange, error => error === reason)
    if (moment !== moments[0]) await moment()
    stopping.abort(reason)
    await rejected
    assert.equal(getEventListeners(stopping.signal, 'abort').length, 0)
    await assertOpenResources({ UDPWrap: 1 })
  }
})

test('whatever its end, an exchange leaves neither socket nor timer nor listener', async t => {
  const server = await open(t)
  let answers = true
  server.socket.on('message', (_bytes, from) => {
    if (answers) void send(server, 'OK', from)
  })
  const { signal } = new AbortController()
  const plan = { ...patient, attempts: 2, firstDelayMs: 5, refusalsBelieved: 1 }
  assert.equal((await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal })).kind, 'reply')
  answers = false
  assert.equal((await exchangeDatagrams(server.endpoint, REQUEST, all, { plan, signal })).kind, 'silence')
  assert.equal((await exchangeDatagrams(await closedPort(), REQUEST, all, { plan, signal })).kind, 'silence')
  const tooLong = Buffer.alloc(MAX_DATAGRAM_BYTES + 1)
  assert.equal((await exchangeDatagrams(server.endpoint, tooLong, all, { plan, signal })).kind, 'tooLong')
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  await assertOpenResources({ UDPWrap: 1 })
})

test('an address to which nothing can be sent rejects with the error of the system', async () => {
  // A unicast socket may not be connected to the broadcast address.
  const endpoint = { address: '255.255.255.255', port: 13_377 }
  await assert.rejects(
    exchangeDatagrams(endpoint, REQUEST, all, { plan: patient, signal: never }),
    error => error instanceof Error && 'code' in error && typeof error.code === 'string',
  )
  await assertOpenResources({})
})

test('many exchanges at once each get their own answer', async t => {
  const server = await open(t)
  server.socket.on('message', (bytes, from) => void send(server, bytes, from))
  const texts = Array.from({ length: 100 }, (_, index) => `request ${index}`)
  const exchanges = await Promise.all(
    texts.map(text =>
      exchangeDatagrams(server.endpoint, Buffer.from(text), all, { plan: patient, signal: never }),
    ),
  )
  assert.deepEqual(
    exchanges.map(exchange => (exchange.kind === 'reply' ? exchange.bytes.toString() : exchange.kind)),
    texts,
  )
})

test('the plan of the field is as long as it says', () => {
  const { attempts, firstDelayMs, growth, maxDelayMs } = DEFAULT_RETRY_PLAN
  let totalMs = 0
  for (let attempt = 0; attempt < attempts; attempt += 1)
    totalMs += Math.min(firstDelayMs * growth ** attempt, maxDelayMs)
  assert.equal(attempts, 11)
  assert.ok(totalMs > 18_000 && totalMs < 25_000, `${totalMs} ms`)
})
