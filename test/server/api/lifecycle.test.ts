import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import type { FastifyPluginAsync } from 'fastify'
import { isFailure } from '../../../src/base/failure.ts'
import { DEFAULT_API_LIMITS } from '../../../src/server/api/api-limits.ts'
import { startCatalogApi } from '../../../src/server/api/catalog-api.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { assertOpenResources } from '../../support/open-resources.ts'
import { until } from '../../support/until.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'
import { watchChanges } from './event-reader.ts'
import { NDJSON_TYPE, ndjson, openRaw, serve } from './serving.ts'

const a = asDigest('0cc175b9c0f1b6a831c399e269772661')
const hasIPv6 = Object.values(networkInterfaces()).some(list =>
  list?.some(({ address }) => address === '::1'),
)

function start(host: string, port: number, plugins: readonly FastifyPluginAsync[] = []) {
  return startCatalogApi({
    host,
    port,
    state: new InMemoryIndexState(),
    viewpointOf: () => ({ loopbackAs: undefined }),
    limits: DEFAULT_API_LIMITS,
    onFault: fault => assert.fail(fault),
    plugins,
  })
}

test('what cannot be listened on is a failure with its facts, and nothing is left', async t => {
  const { port } = await serve(t)
  await assert.rejects(start('127.0.0.1', port), error => {
    assert.ok(isFailure(error, 'portTaken'))
    assert.deepEqual(error.details, { host: '127.0.0.1', port })
    return true
  })
  await assert.rejects(start('192.0.2.1', 0), error => isFailure(error, 'addressUnavailable'))
  await assert.rejects(start('localhost', 0), RangeError)
  await assert.rejects(start('127.0.0.1', 65_536), RangeError)
  await assertOpenResources({ TCPServerWrap: 1, Timeout: 1 })
})

test('what a plugin fails with when it is added is told, and nothing is left', async () => {
  const failing: FastifyPluginAsync = async () => {
    throw new Error('the plugin fails')
  }
  await assert.rejects(start('127.0.0.1', 0, [failing]), /the plugin fails/)
  await assertOpenResources({})
})

test('a dual-stack server sees IPv4 clients by their IPv4 address, and IPv6 ones by theirs', async t => {
  if (!hasIPv6) return t.skip('there is no IPv6 on this machine')
  const { port, state } = await serve(t, { host: '::' })
  for (const [host, password] of [
    ['127.0.0.1', 'four'],
    ['[::1]', 'six'],
  ]) {
    const response = await fetch(`http://${host}:${port}/v1/registrations/5001/images`, {
      method: 'PUT',
      headers: { ...NDJSON_TYPE, authorization: `Bearer ${password}` },
      body: ndjson([{ md5: a, name: 'a.png' }]),
    })
    assert.equal(response.status, 200, await response.text())
  }
  assert.deepEqual(state.image(a, { loopbackAs: undefined })?.owners, ['127.0.0.1:5001', '[::1]:5001'])
})

test('IPv6 clients of one network count as one address', async t => {
  if (!hasIPv6) return t.skip('there is no IPv6 on this machine')
  const { port } = await serve(t, { host: '::', limits: { connectionsPerAddress: 1 } })
  const first = await openRaw(t, port, '::1')
  const second = await openRaw(t, port, '::1')
  await second.closed
  const other = await openRaw(t, port, '127.0.0.1')
  for (const { socket } of [first, other]) assert.equal(socket.destroyed, false)
})

/** Fails when somebody still listens. */
async function assertFree(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
}

/** Sends half of a list, and gives what sends the other half. */
async function sendHalf(t: TestContext, port: number, state: InMemoryIndexState) {
  const connection = await openRaw(t, port)
  const line = ndjson([{ md5: a, name: 'a.png' }])
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${line.length}\r\n\r\n${line.slice(0, 10)}`,
  )
  await until(() => state.counts().registrations === 1)
  return { connection, sendRest: () => connection.write(line.slice(10)) }
}

test('stopping closes what is idle, lets end what is under way, and frees the port', async t => {
  const { api, port, state } = await serve(t, { limits: { stopMs: 60_000 } })
  const silent = await openRaw(t, port)
  const kept = await openRaw(t, port)
  kept.write('GET /v1/counts HTTP/1.1\r\nHost: x\r\n\r\n')
  await kept.until('"holdings":0}')
  const watching = await watchChanges(t, port)
  const ended = once(watching.response, 'end')
  const { connection, sendRest } = await sendHalf(t, port, state)

  let isStopped = false
  const stopped = api.stop().then(() => {
    isStopped = true
  })
  await Promise.all([silent.closed, kept.closed, ended])
  assert.equal(watching.response.complete, true)
  await assertFree(port)
  assert.equal(isStopped, false)
  const again = api.stop()
  sendRest()
  await connection.until('{"images":1,"leaseSeconds":120}')
  await connection.closed
  await Promise.all([stopped, again])
  assert.equal(state.watcherCount, 0)
})

test('a request that comes while stopping is told so', async t => {
  const { api, port, state } = await serve(t, { limits: { stopMs: 60_000 } })
  const { connection, sendRest } = await sendHalf(t, port, state)
  const stopped = api.stop()
  sendRest()
  connection.write('GET /v1/counts HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.until('{"images":1,"leaseSeconds":120}')
  await connection.closed
  assert.ok(
    connection.received === '' || /^HTTP\/1\.1 503 .*problem:stopping/s.test(connection.received),
    connection.received,
  )
  await stopped
})

test('what does not end is cut when its time is over', async t => {
  const { api, port, state } = await serve(t, { limits: { stopMs: 30 } })
  const { connection } = await sendHalf(t, port, state)
  await api.stop()
  await connection.closed
  assert.equal(connection.received, '')
})

test('once it is stopped nothing is left, however much was going on', async t => {
  await assertOpenResources({})
  const { api, port, state } = await serve(t, { limits: { stopMs: 30 } })
  for (let round = 0; round < 5; round += 1) {
    await openRaw(t, port)
    await watchChanges(t, port)
  }
  const { connection } = await sendHalf(t, port, state)
  assert.deepEqual([api.connectionCount, api.watcherCount], [11, 5])
  const refused = await openRaw(t, port)
  refused.write(
    'PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n',
  )
  await refused.until('problem:missingPassword')
  await api.stop()
  assert.deepEqual([api.connectionCount, api.watcherCount], [0, 0])
  await connection.closed
  await assertOpenResources({})
})
