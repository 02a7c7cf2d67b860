import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { isFailure } from '../../src/base/failure.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import { encodeTransferRequest } from '../../src/protocol/transfer-request.ts'
import type { RequestConnection } from '../../src/transport/request-connection.ts'
import {
  listenForRequests,
  type RequestListener,
  type RequestListenerLimits,
} from '../../src/transport/request-listener.ts'
import { assertOpenResources } from '../support/open-resources.ts'
import { asDigest } from '../support/wire-arbitraries.ts'

const WANTED = asDigest('0cc175b9c0f1b6a831c399e269772661')
const REQUEST = encodeTransferRequest(WANTED)
/** Far above what a test needs: a test that is about one bound lowers it. */
const roomy: RequestListenerLimits = {
  connections: 1000,
  connectionsPerAddress: 1000,
  requestMs: 60_000,
  idleMs: 60_000,
  lingerMs: 60_000,
}

interface Listening {
  readonly listener: RequestListener
  /** Opens a connection to the listener; it is torn down with the test. */
  open(more?: Partial<NetConnectOpts>): Promise<Client>
}

interface Client {
  readonly socket: Socket
  /** What came until the connection was closed, and the error that closed it, where there was one. */
  readonly result: Promise<{ readonly bytes: Buffer; readonly error: string | undefined }>
}

type OnRequest = (digest: Digest, connection: RequestConnection) => Promise<void>

async function answerWithDigest(digest: Digest, connection: RequestConnection): Promise<void> {
  connection.socket.write(digest)
  connection.end()
}

function answerWith(bytes: Buffer): OnRequest {
  return async (_digest, connection) => {
    connection.socket.write(bytes)
    connection.end()
  }
}

async function listen(
  t: TestContext,
  limits: Partial<RequestListenerLimits> = {},
  onRequest: OnRequest = answerWithDigest,
): Promise<Listening> {
  const listener = await listenForRequests({
    host: '127.0.0.1',
    port: 0,
    limits: { ...roomy, ...limits },
    onRequest,
  })
  t.after(() => listener.close())
  return { listener, open: more => open(t, listener.endpoint.port, more) }
}

async function open(t: TestContext, port: number, more: Partial<NetConnectOpts> = {}): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, ...more })
  t.after(() => socket.destroy())
  const result = resultOf(socket)
  await once(socket, 'connect')
  return { socket, result }
}

async function resultOf(socket: Socket): Promise<{ bytes: Buffer; error: string | undefined }> {
  const chunks: Buffer[] = []
  let error: string | undefined
  socket.on('data', chunk => chunks.push(chunk))
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    error = fault.code ?? fault.message
  })
  await new Promise(resolve => socket.once('close', resolve))
  return { bytes: Buffer.concat(chunks), error }
}

async function assertAnswered({ result }: Client): Promise<void> {
  assert.deepEqual(await result, { bytes: Buffer.from(WANTED), error: undefined })
}

/** Closed in an orderly way, and without a byte. */
async function assertClosedSilently({ result }: Client): Promise<void> {
  assert.deepEqual(await result, { bytes: Buffer.alloc(0), error: undefined })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(1)
}

const PICTURE = randomBytes(5_000_000)

function sha(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function assertPicture({ result }: Client): Promise<void> {
  const { bytes, error } = await result
  assert.deepEqual([bytes.length, sha(bytes), error], [PICTURE.length, sha(PICTURE), undefined])
}

test('answers a request that comes in one piece, and closes', async t => {
  const { open } = await listen(t)
  const client = await open()
  client.socket.write(REQUEST)
  await assertAnswered(client)
})

test('answers a request in upper case, with the digest in lower case', async t => {
  const { open } = await listen(t)
  const client = await open()
  client.socket.write(`GET ${WANTED.toUpperCase()}`)
  await assertAnswered(client)
})

test('answers a request that comes a byte at a time', async t => {
  const asked: Digest[] = []
  const { open } = await listen(t, {}, async (digest, connection) => {
    asked.push(digest)
    await answerWithDigest(digest, connection)
  })
  const client = await open()
  for (const byte of REQUEST) {
    assert.equal(asked.length, 0)
    client.socket.write(Buffer.of(byte))
    await wait(1)
  }
  await assertAnswered(client)
  assert.deepEqual(asked, [WANTED])
})

for (const rest of ['\n', '\r\n', ' HTTP/1.1\r\nHost: x\r\n\r\n']) {
  test(`answers a request that ends with ${JSON.stringify(rest)}, together with it or after it`, async t => {
    const { open } = await listen(t)
    const together = await open()
    together.socket.write(Buffer.concat([REQUEST, Buffer.from(rest)]))
    await assertAnswered(together)
    const after = await open()
    after.socket.write(REQUEST)
    after.socket.write(rest)
    await assertAnswered(after)
  })
}

test('answers a client that ends its side right behind the request, with every byte', async t => {
  const { open } = await listen(t, {}, async (_digest, connection) => {
    // The end has come before the first byte goes out.
    await once(connection.socket, 'end')
    for (let at = 0; at < PICTURE.length; at += 1_000_000) {
      await connection.write(PICTURE.subarray(at, at + 1_000_000))
    }
    connection.end()
  })
  const client = await open()
  client.socket.end(REQUEST)
  await assertPicture(client)
})

test('one request is answered once, whatever follows it', async t => {
  let asked = 0
  const { open } = await listen(t, {}, async (digest, connection) => {
    asked += 1
    await wait(20)
    await answerWithDigest(digest, connection)
  })
  const client = await open()
  for (let index = 0; index < 5; index += 1) client.socket.write(REQUEST)
  await assertAnswered(client)
  assert.equal(asked, 1)
})

const malformed: Record<string, string | Buffer> = {
  'another word': 'POST / HTTP/1.1\r\n\r\n',
  'a web browser': 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a TLS hello': Buffer.from('16030100c8010000c40303', 'hex'),
  'a lower-case word': `get ${WANTED}`,
  'a digit that is none': `GET ${WANTED.slice(1)}g`,
  'the index protocol': `REG pw 5001 ${WANTED},a.png`,
  'a wrong first byte': '\0',
  'a wrong byte and much behind it': Buffer.concat([Buffer.from('x'), Buffer.alloc(1_000_000)]),
}
for (const [what, bytes] of Object.entries(malformed)) {
  test(`closes on ${what}, without a byte and without a reset`, async t => {
    const { open, listener } = await listen(t, {}, () => assert.fail('it was taken for a request'))
    const client = await open()
    client.socket.write(bytes)
    await assertClosedSilently(client)
    await until(() => listener.connectionCount === 0)
  })
}

test('closes on a request that ends before it is whole, without a byte', async t => {
  const { open } = await listen(t, {}, () => assert.fail('it was taken for a request'))
  for (const length of [0, 1, 4, 20, REQUEST.length - 1]) {
    const client = await open()
    client.socket.end(REQUEST.subarray(0, length))
    await assertClosedSilently(client)
  }
})

test('cuts a request that is late, and one that trickles in', async t => {
  const { open, listener } = await listen(t, { requestMs: 100 }, () =>
    assert.fail('it was taken for a request'),
  )
  const silent = await open()
  const stuck = await open()
  stuck.socket.write('GET ')
  const trickling = await open()
  let closed = false
  trickling.socket.once('close', () => {
    closed = true
  })
  let sent = 0
  // One byte short of a request, and each far sooner than the bound after the one before.
  for (const byte of REQUEST.subarray(0, -1)) {
    if (closed) break
    trickling.socket.write(Buffer.of(byte))
    sent += 1
    await wait(20)
  }
  assert.ok(sent < REQUEST.length - 1, 'the trickle held the connection open')
  for (const { result } of [silent, stuck, trickling]) assert.equal((await result).bytes.length, 0)
  await until(() => listener.connectionCount === 0)
})

test('the bound of the request is not one of the answer', async t => {
  const { open } = await listen(t, { requestMs: 30 }, async (digest, connection) => {
    await wait(200)
    await answerWithDigest(digest, connection)
  })
  const client = await open()
  client.socket.write(REQUEST)
  await assertAnswered(client)
})

test('takes as many connections as it may, and more when some are gone', async t => {
  const { open, listener } = await listen(t, { connections: 3 })
  const held = [await open(), await open(), await open()]
  await until(() => listener.connectionCount === 3)
  for (let index = 0; index < 5; index += 1) assert.equal((await (await open()).result).bytes.length, 0)
  assert.equal(listener.connectionCount, 3)
  for (const client of held.slice(0, 2)) client.socket.destroy()
  await until(() => listener.connectionCount === 1)
  for (let index = 0; index < 5; index += 1) {
    const client = await open()
    client.socket.write(REQUEST)
    await assertAnswered(client)
    await until(() => listener.connectionCount === 1)
  }
})

test('takes as many connections from one address as it may, and others from others', async t => {
  if (process.platform !== 'linux') return t.skip('127.0.0.2 is an address of Linux')
  const { open, listener } = await listen(t, { connectionsPerAddress: 2 })
  const held = [await open(), await open()]
  await until(() => listener.connectionCount === 2)
  for (let index = 0; index < 5; index += 1) assert.equal((await (await open()).result).bytes.length, 0)
  const neighbour = await open({ localAddress: '127.0.0.2' })
  neighbour.socket.write(REQUEST)
  await assertAnswered(neighbour)
  for (const client of held) client.socket.destroy()
  await until(() => listener.connectionCount === 0)
  const again = [await open(), await open()]
  for (const client of again) client.socket.write(REQUEST)
  for (const client of again) await assertAnswered(client)
})

test('what trails the request does not reset the connection under the picture', async t => {
  const { open } = await listen(t, {}, answerWith(PICTURE))
  for (const trailing of [2, 1000, 100_000, 100_000, 100_000]) {
    const client = await open()
    // Reads late, so that the end of the picture is still on its way when the owner is done with it.
    client.socket.pause()
    client.socket.write(Buffer.concat([REQUEST, Buffer.alloc(trailing, '\r\n')]))
    await wait(20)
    client.socket.resume()
    client.socket.write(Buffer.alloc(trailing))
    await assertPicture(client)
  }
})

test('cuts what is open when it is closed, and frees the port', async t => {
  const signals: AbortSignal[] = []
  const { listener, open: openHere } = await listen(t, {}, async (_digest, { socket, signal }) => {
    signals.push(signal)
    socket.write(PICTURE)
  })
  const idle = await openHere()
  const partial = await openHere()
  partial.socket.write('GET ')
  const receiving = await openHere()
  receiving.socket.pause()
  receiving.socket.write(REQUEST)
  await until(() => signals.length === 1)
  await listener.close()
  assert.equal(signals[0]?.aborted, true)
  assert.equal(listener.connectionCount, 0)
  receiving.socket.resume()
  for (const { result } of [idle, partial]) assert.equal((await result).bytes.length, 0)
  assert.ok((await receiving.result).bytes.length < PICTURE.length)
  await assert.rejects(open(t, listener.endpoint.port), { code: 'ECONNREFUSED' })
  await listener.close()
  await assertOpenResources({})
})

test('answers 300 connections at once', async t => {
  const { open, listener } = await listen(t)
  const clients = await Promise.all(Array.from({ length: 300 }, () => open()))
  await until(() => listener.connectionCount === 300)
  for (const client of clients) client.socket.write(REQUEST)
  for (const client of clients) await assertAnswered(client)
  await until(() => listener.connectionCount === 0)
})

test('tells by the signal that the client is gone', async t => {
  let signal: AbortSignal | undefined
  const { open, listener } = await listen(t, {}, async (_digest, { signal: given }) => {
    signal = given
    await once(given, 'abort')
  })
  const client = await open()
  client.socket.write(REQUEST)
  await until(() => signal !== undefined)
  assert.equal(signal?.aborted, false)
  client.socket.resetAndDestroy()
  await until(() => signal?.aborted === true)
  await until(() => listener.connectionCount === 0)
})

test('the signal also aborts when all is done, and never before', async t => {
  let signal: AbortSignal | undefined
  const { open } = await listen(t, {}, async (digest, connection) => {
    signal = connection.signal
    assert.equal(signal.aborted, false)
    await answerWithDigest(digest, connection)
  })
  const client = await open()
  client.socket.write(REQUEST)
  await assertAnswered(client)
  await until(() => signal?.aborted === true)
})

test('cuts somebody who asks and does not read', async t => {
  let signal: AbortSignal | undefined
  const { open, listener } = await listen(t, { idleMs: 100 }, async (_digest, { socket, signal: given }) => {
    signal = given
    socket.write(Buffer.alloc(64_000_000))
  })
  const client = await open()
  client.socket.pause()
  client.socket.write(REQUEST)
  await until(() => signal?.aborted === true)
  assert.equal(listener.connectionCount, 0)
})

test('cuts somebody who asks, does not read, and keeps talking', async t => {
  let signal: AbortSignal | undefined
  const { open } = await listen(t, { idleMs: 100 }, async (_digest, { socket, signal: given }) => {
    signal = given
    socket.write(Buffer.alloc(64_000_000))
  })
  const client = await open()
  client.socket.pause()
  client.socket.write(REQUEST)
  // Each byte comes far sooner than the bound after the one before.
  for (let sent = 0; sent < 100 && signal?.aborted !== true; sent += 1) {
    client.socket.write('x')
    await wait(20)
  }
  assert.equal(signal?.aborted, true)
})

test('a slow reader who does read is served to the end', async t => {
  const pieces = 400
  const { listener } = await listen(t, { idleMs: 1000 }, async (_digest, connection) => {
    for (let sent = 0; sent < pieces; sent += 1) {
      await connection.write(Buffer.alloc(65_536))
    }
    connection.end()
  })
  const socket = connect(listener.endpoint.port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(REQUEST)
  let received = 0
  // A little at a time, each far sooner than the bound after the one before, and in all for more than twice the bound.
  for (let reads = 0; reads < 75; reads += 1) {
    await wait(30)
    const bytes: unknown = socket.read()
    if (Buffer.isBuffer(bytes)) received += bytes.length
  }
  assert.ok(received > 0 && received < (pieces * 65_536) / 2, `${received} bytes came while reading slowly`)
  for await (const bytes of socket) received += Buffer.byteLength(bytes)
  assert.equal(received, pieces * 65_536)
})

test('goes on after an answer that fails', async t => {
  let asked = 0
  const { open } = await listen(t, {}, async (digest, connection) => {
    asked += 1
    if (asked === 1) throw new Error('the disk is gone')
    await answerWithDigest(digest, connection)
  })
  const unlucky = await open()
  unlucky.socket.write(REQUEST)
  assert.equal((await unlucky.result).bytes.length, 0)
  const lucky = await open()
  lucky.socket.write(REQUEST)
  await assertAnswered(lucky)
})

test('goes on after connections that break in every way', async t => {
  const { open, listener } = await listen(t, {}, answerWith(PICTURE))
  for (const [sent, end] of [
    ['', 'reset'],
    ['', 'destroy'],
    ['GET ', 'reset'],
    ['GET ', 'destroy'],
    ['x', 'reset'],
    [REQUEST, 'reset'],
    [REQUEST, 'destroy'],
  ] as const) {
    for (let index = 0; index < 10; index += 1) {
      const { socket } = await open()
      socket.write(sent)
      if (index % 2 === 0) await turn()
      if (end === 'reset') socket.resetAndDestroy()
      else socket.destroy()
    }
  }
  const client = await open()
  client.socket.write(REQUEST)
  await assertPicture(client)
  await until(() => listener.connectionCount === 0)
})

test('goes on accepting after the file descriptors ran out', { timeout: 30_000 }, async t => {
  if (process.platform === 'win32') return t.skip('descriptors are not limited there')
  const program = new URL('../support/crowded-listener.ts', import.meta.url).pathname
  const child = spawn('sh', ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const crowd = await Promise.all(Array.from({ length: 100 }, () => open(t, port)))
  // More than there are descriptors: some of the crowd is turned away.
  await Promise.race(crowd.map(({ result }) => result))
  for (const { socket } of crowd) socket.destroy()
  for (let answered = false; !answered; ) {
    const client = await open(t, port)
    client.socket.write(REQUEST)
    answered = (await client.result).bytes.equals(Buffer.from(WANTED))
  }
  const exit = once(child, 'exit')
  child.stdin.end()
  assert.deepEqual(await exit, [0, null])
})

test('gives up on a receiver that never closes, and leaves no timer', async t => {
  const { open, listener } = await listen(t, { lingerMs: 40 })
  const client = await open({ allowHalfOpen: true })
  client.socket.write(REQUEST)
  await once(client.socket, 'end')
  // Our side is closed, and the client's is not.
  await until(() => listener.connectionCount === 0)
  client.socket.destroy()
  await once(client.socket, 'close')
  await assertOpenResources({ TCPServerWrap: 1 })
})

test('closing a connection that is gone already leaves no timer', async t => {
  let closed = false
  const { open, listener } = await listen(t, {}, async (_digest, connection) => {
    await once(connection.signal, 'abort')
    connection.end()
    closed = true
  })
  const client = await open()
  client.socket.write(REQUEST)
  await until(() => listener.connectionCount === 1)
  client.socket.resetAndDestroy()
  await until(() => closed)
  await assertOpenResources({ TCPServerWrap: 1 })
})

test('a port that is taken is a failure with its facts', async t => {
  const { listener } = await listen(t)
  const { port } = listener.endpoint
  await assert.rejects(
    listenForRequests({ host: '127.0.0.1', port, limits: roomy, onRequest: answerWithDigest }),
    error => {
      assert.ok(isFailure(error, 'portTaken'))
      assert.deepEqual(error.details, { host: '127.0.0.1', port })
      return true
    },
  )
})

test('an address of another computer is a failure with its facts', async () => {
  // 192.0.2.0/24 is documentation's (RFC 5737): no computer has one of its addresses.
  await assert.rejects(
    listenForRequests({ host: '192.0.2.1', port: 0, limits: roomy, onRequest: answerWithDigest }),
    error => {
      assert.ok(isFailure(error, 'addressUnavailable'))
      assert.deepEqual(error.details, { host: '192.0.2.1' })
      return true
    },
  )
  await assertOpenResources({})
})

test('on the address :: IPv4 is answered too, and IPv6 where there is one', async t => {
  const seen: string[] = []
  const onRequest: OnRequest = async (digest, connection) => {
    seen.push(connection.address)
    await answerWithDigest(digest, connection)
  }
  const listener = await listenForRequests({ host: '::', port: 0, limits: roomy, onRequest })
  t.after(() => listener.close())
  const { address, port } = listener.endpoint
  const hosts = address === '::' ? ['127.0.0.1', '::1'] : ['127.0.0.1']
  for (const host of hosts) {
    const client = await open(t, port, { host })
    client.socket.write(REQUEST)
    await assertAnswered(client)
  }
  // IPv4 as IPv4, though the socket takes both.
  assert.deepEqual(seen, hosts)
})
