import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeResponseHead } from '../../src/protocol/http-response.ts'
import {
  listenForRequests,
  type RequestListener,
  type RequestListenerLimits,
  type RequestListenerOptions,
} from '../../src/transport/request-listener.ts'

const HEAD = 'Host: a\r\n\r\n'

/** Far above what a test needs: a test that is about one bound lowers it. */
const roomy: RequestListenerLimits = {
  ...{ connections: 100, connectionsPerAddress: 100 },
  ...{ requestMs: 60_000, idleMs: 60_000, lingerMs: 60_000 },
}

/** Answers with the path that was asked for. */
const echo: NonNullable<RequestListenerOptions['onHttp']> = async ({ path, isLast }, connection) => {
  const head = { status: 200, headers: {}, bodyBytes: path.length, isLast, date: 'now' }
  await connection.write(encodeResponseHead(head) + path)
}

async function listen(
  t: TestContext,
  limits: Partial<RequestListenerLimits> = {},
  onHttp: RequestListenerOptions['onHttp'] = echo,
): Promise<RequestListener> {
  const listener = await listenForRequests({
    ...{ host: '127.0.0.1', port: 0, limits: { ...roomy, ...limits } },
    onRequest: async (digest, connection) => {
      connection.socket.write(digest)
      connection.end()
    },
    ...(onHttp === undefined ? {} : { onHttp }),
  })
  t.after(() => listener.close())
  return listener
}

/** What comes until the connection is closed. */
async function talk({ endpoint }: RequestListener, pieces: readonly string[], ends = true): Promise<string> {
  const socket = connect({ port: endpoint.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  socket.on('error', () => {})
  let text = ''
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
  })
  socket.once('end', () => socket.end())
  const closed = new Promise(resolve => socket.once('close', resolve))
  for (const piece of pieces) {
    socket.write(piece)
    if (pieces.length > 1) await wait(1)
  }
  if (ends) socket.end()
  await closed
  return text
}

function bodiesIn(text: string): string[] {
  return text
    .split('HTTP/1.1 200 OK\r\n')
    .slice(1)
    .map(answer => answer.slice(answer.indexOf('\r\n\r\n') + 4))
}

test('requests of one connection are answered in their order, however their bytes arrive', async t => {
  const listener = await listen(t)
  const requests = ['/a', '/bb', '/ccc'].map(path => `GET ${path} HTTP/1.1\r\n${HEAD}`).join('')
  assert.deepEqual(bodiesIn(await talk(listener, [requests])), ['/a', '/bb', '/ccc'])
  assert.deepEqual(bodiesIn(await talk(listener, [...requests])), ['/a', '/bb', '/ccc'])
})

test('many requests at once, more than are held, are all answered', async t => {
  const listener = await listen(t)
  const paths = Array.from({ length: 3000 }, (_, number) => `/${number}`)
  const text = await talk(listener, [paths.map(path => `GET ${path} HTTP/1.1\r\n${HEAD}`).join('')])
  assert.deepEqual(bodiesIn(text), paths)
})

test('nothing is read behind the last request', async t => {
  const listener = await listen(t)
  const close = 'GET /a HTTP/1.1\r\nConnection: close\r\n'
  assert.deepEqual(bodiesIn(await talk(listener, [`${close}${HEAD}GET /b HTTP/1.1\r\n${HEAD}`], false)), [
    '/a',
  ])
  const withBody = 'GET /a HTTP/1.1\r\nContent-Length: 20\r\n'
  assert.deepEqual(bodiesIn(await talk(listener, [`${withBody}${HEAD}GET /b HTTP/1.1\r\n${HEAD}`], false)), [
    '/a',
  ])
})

test('what is no request is refused, and the connection closed', async t => {
  const listener = await listen(t)
  assert.match(await talk(listener, ['GET / HTTP/1.1\r\n\r\n'], false), /^HTTP\/1\.1 400 Bad Request\r\n/)
  const second = await talk(listener, [`GET /a HTTP/1.1\r\n${HEAD}nonsense\r\n\r\n`], false)
  assert.match(second, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\/aHTTP\/1\.1 400 Bad Request\r\n/)
  const long = await talk(listener, [`GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`], false)
  assert.match(long, /^HTTP\/1\.1 431 /)
})

test('the old request goes on beside it, and is alone where there is no HTTP', async t => {
  const digest = '0cc175b9c0f1b6a831c399e269772661'
  const listener = await listen(t)
  assert.equal(await talk(listener, [`GET ${digest}`], false), digest)
  const old = await listenForRequests({
    ...{ host: '127.0.0.1', port: 0, limits: roomy },
    onRequest: async (_digest, connection) => connection.end(),
  })
  t.after(() => old.close())
  assert.equal(await talk(old, [`GET / HTTP/1.1\r\n${HEAD}`], false), '')
})

test('a head that trickles in is cut, the first as the second', async t => {
  const listener = await listen(t, { requestMs: 400 })
  for (const first of ['', `GET /a HTTP/1.1\r\n${HEAD}`]) {
    const socket = connect(listener.endpoint.port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.write(`${first}GET /b HTTP/1.1\r\n`)
    const timer = setInterval(() => socket.write('X: y\r\n'), 5)
    t.after(() => clearInterval(timer))
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    await closed
    clearInterval(timer)
    assert.deepEqual(bodiesIn(text), first === '' ? [] : ['/a'])
  }
})

test('a connection that asks nothing more is cut, an answer that takes longer is not', async t => {
  const listener = await listen(t, { requestMs: 40 }, async (request, connection) => {
    await wait(200)
    await echo(request, connection)
  })
  assert.deepEqual(bodiesIn(await talk(listener, [`GET /a HTTP/1.1\r\n${HEAD}`], false)), ['/a'])
})

test('an answer that is held back is not cut, one that nobody reads is', async t => {
  const listener = await listen(t, { idleMs: 40 }, async (request, connection) => {
    if (request.path === '/held') {
      connection.hold()
      await wait(200)
      return echo(request, connection)
    }
    await connection.write(Buffer.alloc(64_000_000))
  })
  const asked = connect({ port: listener.endpoint.port, host: '127.0.0.1' })
  asked.write(`GET /held HTTP/1.1\r\nConnection: close\r\n${HEAD}`)
  let text = ''
  for await (const chunk of asked) text += chunk
  assert.deepEqual(bodiesIn(text), ['/held'])
  const deaf = connect({ port: listener.endpoint.port, host: '127.0.0.1' })
  t.after(() => deaf.destroy())
  deaf.on('error', () => {})
  deaf.pause()
  deaf.write(`GET / HTTP/1.1\r\n${HEAD}`)
  while (listener.connectionCount > 0) await wait(1)
})

test('an answer that fails closes its connection and no other', async t => {
  const listener = await listen(t, {}, async (request, connection) => {
    if (request.path === '/bad') throw new Error('the disk is gone')
    await echo(request, connection)
  })
  assert.equal(await talk(listener, [`GET /bad HTTP/1.1\r\n${HEAD}`], false), '')
  assert.deepEqual(bodiesIn(await talk(listener, [`GET /a HTTP/1.1\r\n${HEAD}`])), ['/a'])
})
