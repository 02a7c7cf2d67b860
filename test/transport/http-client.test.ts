import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Endpoint } from '../../src/protocol/endpoint.ts'
import {
  DEFAULT_HTTP_LIMITS,
  HttpClient,
  type HttpLimits,
  type HttpRequest,
  type HttpResult,
} from '../../src/transport/http-client.ts'
import { closedPort, startOwner } from '../support/owners.ts'

const never = new AbortController().signal
const get: HttpRequest = { method: 'GET', target: '/', headers: {}, maxBytes: 1000 }

function openClient(t: TestContext, limits: Partial<HttpLimits> = {}): HttpClient {
  const client = new HttpClient({ ...DEFAULT_HTTP_LIMITS, ...limits })
  t.after(() => client.close())
  return client
}

async function startServer(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Endpoint & { sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer(answer)
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const bound = server.address()
  assert.ok(bound !== null && typeof bound !== 'string')
  return { address: '127.0.0.1', port: bound.port, sockets }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function assertFault(result: HttpResult, fault: string): void {
  assert.equal(result.kind === 'fault' ? result.fault : `answer ${result.status}`, fault)
}

test('an answer comes with its status, media type and body, on one connection for all', async t => {
  const server = await startServer(t, (request, response) => {
    response.writeHead(418, { 'content-type': 'Application/JSON; charset=utf-8', 'retry-after': '7' })
    response.end(`${request.method} ${request.url} ${request.headers['x-test']} ${request.headers.host}`)
  })
  const client = openClient(t)
  for (let times = 0; times < 3; times += 1) {
    const request: HttpRequest = { ...get, target: '/a?b=c', headers: { 'x-test': 'yes' } }
    assert.deepEqual(await client.exchange(server, request, never), {
      kind: 'answer',
      status: 418,
      mediaType: 'application/json',
      retryAfterSeconds: 7,
      body: Buffer.from(`GET /a?b=c yes 127.0.0.1:${server.port}`),
    })
  }
  assert.equal(server.sockets.size, 1)
})

test('a body leaves piece by piece, no faster than it is read', async t => {
  const piece = 'x'.repeat(64 * 1024)
  const pieces = 512
  let made = 0
  let madeWhenHeld = 0
  const server = await startServer(t, async (request, response) => {
    assert.equal(request.headers['transfer-encoding'], 'chunked')
    // What is under way without being read is what the system's and our buffers hold.
    for (let before = -1; before !== made; ) {
      before = made
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    madeWhenHeld = made
    response.end(String((await textOf(request)).length))
  })
  const body = function* () {
    for (; made < pieces; made += 1) yield piece
  }
  const result = await openClient(t).exchange(server, { ...get, method: 'PUT', body }, never)
  assert.equal(String(result.kind === 'answer' && result.body), String(piece.length * pieces))
  assert.ok(madeWhenHeld < pieces, `${madeWhenHeld} pieces were made ahead`)
})

test('an answer that comes before the whole request is taken, and nothing more is made', async t => {
  const server = await startServer(t, (request, response) => {
    request.once('data', () => {
      response.writeHead(403)
      response.end('no')
    })
  })
  let made = 0
  const body = function* () {
    for (;;) {
      made += 1
      yield 'x'.repeat(16 * 1024)
    }
  }
  const client = openClient(t)
  const result = await client.exchange(server, { ...get, method: 'PUT', body }, never)
  assert.equal(result.kind === 'answer' && result.status, 403)
  const madeBefore = made
  assertFault(await client.exchange(await closedPort(), get, never), 'unreachable')
  assert.equal(made, madeBefore)
})

test('what making the body throws is thrown', async t => {
  const server = await startServer(t, (request, response) => {
    request.resume().on('end', () => response.end())
  })
  const body = function* () {
    yield 'x'
    throw new TypeError('no more')
  }
  const exchange = openClient(t).exchange(server, { ...get, method: 'PUT', body }, never)
  await assert.rejects(exchange, new TypeError('no more'))
})

test('a packed answer is unpacked, and bounded by what it unpacks to', async t => {
  const server = await startServer(t, (request, response) => {
    assert.equal(request.headers['accept-encoding'], 'gzip')
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(Buffer.alloc(request.url === '/fits' ? 1000 : 50_000_000)))
  })
  const client = openClient(t)
  const fits = await client.exchange(server, { ...get, target: '/fits' }, never)
  assert.deepEqual(fits.kind === 'answer' && fits.body, Buffer.alloc(1000))
  assertFault(await client.exchange(server, get, never), 'unreadable')
})

test('an answer of too many bytes, or packed in another way, or not truly packed, is not read', async t => {
  const server = await startServer(t, (request, response) => {
    if (request.url === '/br') response.setHeader('content-encoding', 'br')
    if (request.url === '/gzip') response.setHeader('content-encoding', 'gzip')
    response.end('x'.repeat(request.url === '/long' ? 1001 : 10))
  })
  const client = openClient(t)
  for (const target of ['/long', '/br', '/gzip']) {
    assertFault(await client.exchange(server, { ...get, target }, never), 'unreadable')
  }
  assert.equal((await client.exchange(server, get, never)).kind, 'answer')
})

test('nobody there, no HTTP, a connection cut at any point: each is told apart', async t => {
  const client = openClient(t)
  assertFault(await client.exchange(await closedPort(), get, never), 'unreachable')
  const behaviours: [(socket: Socket) => void, string][] = [
    [socket => socket.end('ERR INVALID_MESSAGE_FORMAT'), 'notHttp'],
    [socket => socket.end(), 'cut'],
    [socket => socket.resetAndDestroy(), 'cut'],
    [socket => socket.end('HTTP/1.1 200 OK\r\ncontent-le'), 'cut'],
    [socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfive!'), 'cut'],
    [socket => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfive!\r\n'), 'cut'],
  ]
  for (const [behave, fault] of behaviours) {
    const server = await startOwner(t, behave)
    assertFault(await client.exchange(server, get, never), fault)
    assert.equal(server.requests(), 1)
  }
})

test('a silent server, one that reads nothing, and a trickle without end are given up', async t => {
  const silent = await startOwner(t, () => {})
  assertFault(await openClient(t, { idleMs: 50 }).exchange(silent, get, never), 'stalled')
  assertFault(await openClient(t, { answerMs: 50 }).exchange(silent, get, never), 'stalled')
  const trickling = await startOwner(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const timer = setInterval(() => socket.write('x'), 10)
    socket.once('close', () => clearInterval(timer))
  })
  assertFault(await openClient(t, { idleMs: 5000, answerMs: 100 }).exchange(trickling, get, never), 'stalled')
  const deaf = await startOwner(t, socket => socket.pause())
  const body = function* () {
    for (;;) yield 'x'.repeat(64 * 1024)
  }
  const request: HttpRequest = { ...get, method: 'PUT', body }
  assertFault(await openClient(t, { idleMs: 100 }).exchange(deaf, request, never), 'stalled')
})

test('a kept connection that the server closed meanwhile is replaced by a new one', async t => {
  const server = await startServer(t, (request, response) => {
    request.resume().on('end', () => response.end('fine'))
  })
  const client = openClient(t)
  await client.exchange(server, get, never)
  let requests = 0
  // The next request on the kept connection finds it closed, as it is when a server's patience ends at that moment.
  for (const socket of server.sockets) {
    socket.removeAllListeners('data')
    socket.on('data', () => {
      requests += 1
      socket.destroy()
    })
  }
  const body = () => ['a', 'b']
  const result = await client.exchange(server, { ...get, method: 'POST', body }, never)
  assert.equal(String(result.kind === 'answer' && result.body), 'fine')
  assert.equal(requests, 1)
  assert.equal(server.sockets.size, 2)
})

test('a cancelled exchange ends at once, wherever it stands', async t => {
  const reason = new Error('enough')
  const silent = await startOwner(t, () => {})
  const client = openClient(t, { connections: 1 })
  const cancelling = new AbortController()
  const waiting = client.exchange(silent, get, never)
  const queued = client.exchange(silent, get, cancelling.signal)
  cancelling.abort(reason)
  await assert.rejects(queued, reason)
  await assert.rejects(client.exchange(silent, get, cancelling.signal), reason)
  client.close()
  assertFault(await waiting, 'cut')

  for (const head of ['content-length: 10\r\n', '']) {
    const stopping = new AbortController()
    const halfway = await startOwner(t, socket => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\nfive!`, () => stopping.abort(reason))
    })
    await assert.rejects(openClient(t).exchange(halfway, get, stopping.signal), reason)
  }
})

test('an IPv6 server is named in brackets', async t => {
  const server = createServer((request, response) => response.end(request.headers.host))
  server.listen(0, '::1')
  try {
    await once(server, 'listening')
  } catch {
    return t.skip('there is no IPv6 on this machine')
  }
  t.after(() => server.close())
  const bound = server.address()
  assert.ok(bound !== null && typeof bound !== 'string')
  const client = openClient(t)
  const result = await client.exchange({ address: '::1', port: bound.port }, get, never)
  client.close()
  assert.equal(String(result.kind === 'answer' && result.body), `[::1]:${bound.port}`)
})
