import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { listenForRequests } from '../../src/transport/request-listener.ts'

async function listen(t: TestContext, answerAfterMs: number): Promise<number> {
  const listener = await listenForRequests({
    host: '127.0.0.1',
    port: 0,
    limits: { connections: 10, connectionsPerAddress: 10, requestMs: 150, idleMs: 60_000 },
    onRequest: async () => {},
    onHttp: (_request, response) => void setTimeout(() => response.end('here'), answerAfterMs),
  })
  t.after(() => listener.close())
  return listener.endpoint.port
}

/** What came until the connection was closed. */
async function talk(port: number, begin: string, trickle: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  let text = ''
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
  })
  socket.write(begin)
  const timer = setInterval(() => socket.write(trickle), 20)
  await once(socket, 'close')
  clearInterval(timer)
  return text
}

test('a header that trickles in is cut', async t => {
  assert.equal(await talk(await listen(t, 0), 'GET /images HTTP/1.1\r\nHost: a\r\n', 'x: y\r\n'), '')
})

test('a connection that asks nothing more is cut, an answer that takes longer is not', async t => {
  const text = await talk(await listen(t, 400), 'GET /images HTTP/1.1\r\nHost: a\r\n\r\n', '')
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*here/)
})
