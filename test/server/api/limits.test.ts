import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { until } from '../../support/until.ts'
import { assertProblem, listHeaders, ndjson, openRaw, type RawConnection, serve } from './serving.ts'

const COUNTS = 'GET /v1/counts HTTP/1.1\r\nHost: x\r\n\r\n'
const COUNTED = '"holdings":0}'

async function assertServed(connection: RawConnection): Promise<void> {
  connection.write(COUNTS)
  await connection.until(COUNTED)
}

for (const limits of [
  { connections: 2, connectionsPerAddress: 10 },
  { connections: 10, connectionsPerAddress: 2 },
]) {
  test(`connections are bounded, and a place is free again afterwards: ${JSON.stringify(limits)}`, async t => {
    const { open } = await serve(t, { limits })
    const first = await open()
    const second = await open()
    await assertServed(first)
    const third = await open()
    await third.closed
    assert.equal(third.received, '')
    await assertServed(second)
    first.socket.destroy()
    await until(async () => {
      const next = await open()
      next.write(COUNTS)
      await next.news()
      next.socket.destroy()
      return next.received !== ''
    })
  })
}

test('who does not say what is wanted is told so, and closed', async t => {
  const { open } = await serve(t, { limits: { headersMs: 30 } })
  const connection = await open()
  await connection.closed
  assert.match(connection.received, /^HTTP\/1\.1 408 .*urn:imagep2p:problem:tooSlow/s)
})

test('a trickle of headers does not hold a connection, and the others are answered meanwhile', async t => {
  const { open } = await serve(t, { limits: { headersMs: 100 } })
  const slow = await open()
  slow.write('GET /v1/counts HTTP/1.1\r\nHost: x\r\n')
  const trickle = setInterval(() => slow.write('X: x\r\n'), 1)
  t.after(() => clearInterval(trickle))
  await assertServed(await open())
  await slow.closed
  assert.match(slow.received, /^HTTP\/1\.1 408 /)
})

const LIST_HEAD =
  'PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n'

test('a list that stops coming is answered with what is wrong, and closed', async t => {
  const { open } = await serve(t, { limits: { idleMs: 30 } })
  const connection = await open()
  connection.write(`${LIST_HEAD}\n`)
  await connection.closed
  assert.match(connection.received, /^HTTP\/1\.1 408 .*connection: close.*urn:imagep2p:problem:tooSlow/is)
})

test('a list that trickles is given up too', async t => {
  const { open } = await serve(t, { limits: { idleMs: 100, bodyBytesPerSecond: 1_000_000 } })
  const connection = await open()
  connection.write(LIST_HEAD)
  const trickle = setInterval(() => connection.write('\n'), 1)
  t.after(() => clearInterval(trickle))
  await connection.closed
  assert.match(connection.received, /^HTTP\/1\.1 408 /)
})

test('a request that takes too long as a whole is cut off, however fast it comes', async t => {
  const limits = { requestMs: 200, headersMs: 100, linesPerRequest: Number.POSITIVE_INFINITY }
  const { open } = await serve(t, { limits })
  const connection = await open()
  connection.write(LIST_HEAD.replace('Content-Length: 1000', 'Transfer-Encoding: chunked'))
  const sending = setInterval(() => connection.write('1000\r\n'.concat('\n'.repeat(0x1000), '\r\n')), 1)
  t.after(() => clearInterval(sending))
  await connection.closed
})

test('a connection that asks nothing more is closed', async t => {
  const { open } = await serve(t, { limits: { keepAliveMs: 20 } })
  const connection = await open()
  await assertServed(connection)
  await connection.closed
})

test('a connection that is used again is kept', async t => {
  const { open } = await serve(t)
  const connection = await open()
  for (let requests = 0; requests < 5; requests += 1) await assertServed(connection)
})

const LONG_PAGE = 'GET /v1/images?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n'

/** A state whose one page has some megabyte. */
function stateOfLongPages(): InMemoryIndexState {
  const state = new InMemoryIndexState()
  const peer = { address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1), port: 5001 }
  state.register(peer, 'pw')
  for (let from = 0; from < 1000; from += 500) {
    const entries = Array.from({ length: 500 }, (_, number) => ({
      md5: (from + number).toString(16).padStart(32, '0'),
      name: 'x'.repeat(1000),
    }))
    state.addImages(peer, 'pw', entries)
  }
  state.commit()
  return state
}

test('an answer that nobody reads is given up', async t => {
  const limits = { answerMs: 100, connectionsPerAddress: 1 }
  const { open } = await serve(t, { state: stateOfLongPages(), limits })
  const deaf = await open()
  deaf.socket.pause()
  // More than the buffers between both sides hold.
  deaf.write(LONG_PAGE.repeat(20))
  await until(async () => {
    const next = await open()
    next.write(COUNTS)
    await next.news()
    next.socket.destroy()
    return next.received.startsWith('HTTP/1.1 200')
  })
})

test('while too many bytes wait for slow readers no page is begun, and all the rest is answered', async t => {
  const serving = await serve(t, { state: stateOfLongPages(), limits: { waitingAnswerBytes: 100_000 } })
  const deaf = await serving.open()
  deaf.socket.pause()
  deaf.write(LONG_PAGE.repeat(20))
  await until(async () => {
    const response = await serving.ask('/v1/images?limit=1')
    if (response.status === 200) {
      await response.text()
      return false
    }
    assert.equal(response.headers.get('retry-after'), '2')
    await assertProblem(response, 'busy')
    return true
  })
  assert.equal((await serving.ask('/v1/counts')).status, 200)
  deaf.socket.destroy()
  await until(async () => {
    const response = await serving.ask('/v1/images?limit=1')
    await response.text()
    return response.status === 200
  })
})

test('a Host that is another’s is answered like any', async t => {
  const { open } = await serve(t)
  const connection = await open()
  connection.write('GET /v1/counts HTTP/1.1\r\nHost: somebody.example\r\n\r\n')
  await connection.until(COUNTED)
})

test('requests that are sent together are answered in their order', async t => {
  const { open } = await serve(t)
  const connection = await open()
  const body = ndjson([{ md5: '0cc175b9c0f1b6a831c399e269772661', name: 'a.png' }])
  const { authorization } = listHeaders()
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body}${COUNTS}`,
  )
  await connection.until('"leaseSeconds":120}')
  await connection.until('"registrations":1,')
})

test('goes on accepting after the file descriptors ran out', { timeout: 60_000 }, async t => {
  if (process.platform === 'win32') return t.skip('descriptors are not limited there')
  const program = fileURLToPath(new URL('../../support/crowded-api.ts', import.meta.url))
  const child = spawn('sh', ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const crowd = await Promise.all(Array.from({ length: 100 }, () => openRaw(t, port)))
  // More than there are descriptors: some of the crowd is turned away.
  await Promise.race(crowd.map(({ closed }) => closed))
  for (const { socket } of crowd) socket.destroy()
  await until(async () => {
    const next = await openRaw(t, port)
    next.write(COUNTS)
    await next.news()
    next.socket.destroy()
    return next.received.startsWith('HTTP/1.1 200')
  })
  const exit = once(child, 'exit')
  child.stdin.end()
  assert.deepEqual(await exit, [0, null])
})
