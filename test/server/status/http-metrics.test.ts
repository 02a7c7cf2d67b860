import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { countHttpRequests, HttpMetrics } from '../../../src/server/status/http-metrics.ts'
import { until } from '../../support/until.ts'

function application(t: TestContext): { app: FastifyInstance; metrics: HttpMetrics } {
  const metrics = new HttpMetrics()
  const app = Fastify()
  t.after(() => app.close())
  app.register(countHttpRequests(metrics))
  app.register((routes, _options, done) => {
    routes.get('/things/:id', (_request, reply) => reply.send('here'))
    routes.post('/things', (_request, reply) => reply.code(409).send('no'))
    routes.get('/broken', () => {
      throw new Error('a mistake')
    })
    done()
  })
  app.register(
    (deep, _options, done) => {
      deep.setNotFoundHandler((_request, reply) => reply.code(404).send('not here'))
      done()
    },
    { prefix: '/deep' },
  )
  return { app, metrics }
}

function countsOf(metrics: HttpMetrics): Record<string, number> {
  return Object.fromEntries(
    [...metrics.series].map(({ method, route, status, durations }) => [
      `${method} ${route} ${status}`,
      durations.cumulativeCounts().at(-1) ?? 0,
    ]),
  )
}

test('requests are counted by method, pattern of the route and class of status', async t => {
  const { app, metrics } = application(t)
  for (const url of ['/things/1', '/things/2', '/things/<script>']) await app.inject(url)
  await app.inject({ method: 'HEAD', url: '/things/1' })
  await app.inject({ method: 'POST', url: '/things' })
  await app.inject('/broken')
  await app.inject('/nowhere/at/all')
  await app.inject('/deep/nowhere')
  assert.equal(metrics.total, 8)
  assert.deepEqual(countsOf(metrics), {
    'GET /things/:id 2xx': 3,
    'HEAD /things/:id 2xx': 1,
    'POST /things 4xx': 1,
    'GET /broken 5xx': 1,
    'GET none 4xx': 2,
  })
})

test('strangers’ paths and methods make no more series', async t => {
  const { app, metrics } = application(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  for (const method of ['GET', 'PROPFIND', 'MKCOL', 'REPORT', 'PURGE']) {
    for (let number = 0; number < 20; number += 1) {
      const asked = httpRequest({ port, method, path: `/stranger-${method}-${number}`, agent: false }).end()
      const [response] = await once(asked, 'response')
      response.resume()
      await once(response, 'close')
    }
  }
  await until(() => metrics.total === 100)
  const counts = countsOf(metrics)
  assert.equal(
    Object.values(counts).reduce((sum, count) => sum + count, 0),
    100,
  )
  assert.deepEqual(
    Object.keys(counts).filter(name => !/^(?:GET|other) none 4xx$/.test(name)),
    [],
  )
})

test('a request whose asker leaves is counted when it is over: by its status, or as aborted where there was none', async t => {
  const { app, metrics } = application(t)
  app.get('/silent', async request => {
    await once(request.raw.socket, 'close')
  })
  app.get('/stream', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.write(': hello\n\n')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo

  const watching = httpRequest({ port, path: '/stream', agent: false }).end()
  const [response] = await once(watching, 'response')
  await once(response, 'data')
  assert.equal(metrics.total, 0)
  response.destroy()
  await until(() => metrics.total === 1)

  const waiting = httpRequest({ port, path: '/silent', agent: false })
  waiting.on('error', () => {})
  waiting.end()
  await once(app.server, 'request')
  waiting.destroy()
  await until(() => metrics.total === 2)
  assert.deepEqual(countsOf(metrics), { 'GET /stream 2xx': 1, 'GET /silent aborted': 1 })
})

test('the series have a bound, and every request is counted beyond it too', () => {
  const metrics = new HttpMetrics()
  for (let round = 0; round < 2; round += 1) {
    for (let route = 0; route < 1000; route += 1) metrics.count('GET', `/${route}`, 200, 5)
  }
  const series = [...metrics.series]
  assert.equal(series.length, 512)
  assert.equal(metrics.total, 2000)
  const counts = countsOf(metrics)
  assert.equal(counts['GET /510 2xx'], 2)
  assert.equal(counts['other other other'], 2000 - 2 * 511)
})
