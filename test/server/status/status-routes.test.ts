import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { languages } from '../../../src/messages/messages.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import { Health } from '../../../src/server/status/health.ts'
import { RequestKind, RequestOutcome } from '../../../src/server/status/request-metrics.ts'
import { ServerStatus } from '../../../src/server/status/server-status.ts'
import { StatusDocument } from '../../../src/server/status/status-document.ts'
import { until } from '../../support/until.ts'
import { parseExposition, sampleValue } from './exposition.ts'
import { FixedSource, QUIET_READING } from './fixed-source.ts'
import { checkHtml } from './html-checker.ts'

interface Seen {
  readonly app: FastifyInstance
  readonly source: FixedSource
  readonly status: ServerStatus
}

async function seenFromOutside(t: TestContext, nowMs?: () => number): Promise<Seen> {
  const source = new FixedSource()
  const status = new ServerStatus({
    source,
    version: '1.2.3',
    documentationPath: '/docs',
    ...(nowMs === undefined ? {} : { nowMs }),
  })
  const app = Fastify()
  t.after(() => app.close())
  await app.register(swagger, { openapi: { openapi: '3.1.0' } })
  app.register(status.counting)
  app.register(status.routes)
  status.start()
  t.after(() => status.stop())
  await app.ready()
  return { app, source, status }
}

const paths = [
  ['/', /^text\/html; charset=utf-8$/],
  ['/status.json', /^application\/json; charset=utf-8$/],
  ['/healthz', /^application\/json; charset=utf-8$/],
  ['/metrics', /^text\/plain; version=0\.0\.4; charset=utf-8$/],
] as const
for (const [path, type] of paths) {
  test(`${path} is answered with its type, and kept by nobody`, async t => {
    const { app } = await seenFromOutside(t)
    const { statusCode, headers, body } = await app.inject(path)
    assert.equal(statusCode, 200)
    assert.match(headers['content-type'] ?? '', type)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.ok(body.length > 0)
    const head = await app.inject({ method: 'HEAD', url: path })
    assert.deepEqual([head.statusCode, head.body], [200, ''])
  })
}

test('the server is well while it keeps what it was told to keep', async t => {
  const { app, source } = await seenFromOutside(t)
  for (const state of ['durable', 'memory'] as const) {
    source.reading = { ...QUIET_READING, journal: { ...QUIET_READING.journal, state } }
    assert.deepEqual((await app.inject('/healthz')).json(), { status: 'ok' })
  }
  const reason = 'ENOSPC\u001b[31m'
  source.reading = { ...QUIET_READING, journal: { ...QUIET_READING.journal, state: 'failing', reason } }
  const response = await app.inject('/healthz')
  assert.equal(response.statusCode, 200)
  assert.ok(checkOf(Health).accepts(response.json()))
  assert.deepEqual(response.json(), {
    status: 'degraded',
    reasons: [{ code: 'journalFailing', detail: 'ENOSPC\\u{1b}[31m' }],
  })
  assert.equal((await app.inject('/status.json')).json().status, 'degraded')
})

test('the document for programs is as its schema says', async t => {
  const { app, status } = await seenFromOutside(t)
  const { requests } = status
  for (let time = 0; time < 7; time += 1) {
    requests.count(RequestKind.update, RequestOutcome.done, requests.begin())
  }
  const document: unknown = (await app.inject('/status.json')).json()
  const check = checkOf(StatusDocument)
  assert.ok(check.accepts(document), JSON.stringify(check.faults(document)))
  const { registrations, images, holdings, absentRegistrations, watchers, version, journal } = document
  assert.deepEqual(
    { registrations, images, holdings, absentRegistrations, watchers, version, journal },
    {
      registrations: 2,
      images: 3,
      holdings: 5,
      absentRegistrations: 7,
      watchers: 11,
      version: '1.2.3',
      journal: { state: 'durable', logBytes: 31, failures: 37 },
    },
  )
  assert.equal(document.requestsTotal.UPD, 7)
  const { sampleSeconds, secondsAgo, requestsPerSecond, ...levels } = document.history
  assert.equal(sampleSeconds, 10)
  const columns = [secondsAgo, ...Object.values(levels), ...Object.values(requestsPerSecond)]
  assert.deepEqual(new Set(columns.map(column => column.length)), new Set([1]))
})

test('the page is in the language that the browser asks for', async t => {
  const { app } = await seenFromOutside(t)
  const ask = (language: string) => app.inject({ url: '/', headers: { 'accept-language': language } })
  const [english, portuguese] = await Promise.all([ask('en-GB,pt;q=0.5'), ask('pt-BR,en;q=0.5')])
  for (const [{ headers, body }, language] of [
    [english, 'en'],
    [portuguese, 'pt'],
  ] as const) {
    checkHtml(body)
    assert.equal(headers['content-language'], language)
    assert.equal(headers['vary'], 'Accept-Language')
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; /)
    assert.ok(body.includes(`<h1>${languages[language].status.title}</h1>`))
  }
})

test('the page says what is wrong with the journal', async t => {
  const { app, source } = await seenFromOutside(t)
  const reason = '<b>EROFS</b>'
  source.reading = { ...QUIET_READING, journal: { ...QUIET_READING.journal, state: 'failing', reason } }
  const { body } = await app.inject('/')
  checkHtml(body)
  assert.ok(body.includes('(&#60;b&#62;EROFS&#60;/b&#62;)'))
})

test('metrics of the requests, the routes, the journal and the process are in one scrape', async t => {
  const { app, status } = await seenFromOutside(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const scrape = async () => parseExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
  status.requests.count(RequestKind.end, RequestOutcome.refusedPassword, status.requests.begin())
  status.commits.observe(100)
  await (await fetch(`http://127.0.0.1:${port}/no/such/page?for=strangers`)).text()
  await scrape()
  const asked = { method: 'GET', route: '/metrics', status: '2xx' }
  const count = async (labels: Record<string, string>) => {
    const samples = (await scrape()).get('imagep2p_http_requests_total')?.samples ?? []
    return samples.find(({ labels: of }) => of['route'] === labels['route'])?.value ?? 0
  }
  await until(async () => (await count(asked)) > 0 && (await count({ route: 'none' })) > 0)
  const families = await scrape()
  const refused = { word: 'END', outcome: 'refused_password' }
  assert.equal(sampleValue(families, 'imagep2p_requests_total', refused), 1)
  assert.equal(sampleValue(families, 'imagep2p_journal_commit_duration_seconds_count'), 1)
  assert.equal(
    sampleValue(families, 'imagep2p_http_requests_total', { method: 'GET', route: 'none', status: '4xx' }),
    1,
  )
  assert.ok(sampleValue(families, 'process_resident_memory_bytes') > 0)
  for (const { samples } of families.values()) {
    for (const { labels } of samples) assert.doesNotMatch(JSON.stringify(labels), /such|strangers/)
  }
})

test('the routes describe themselves', async t => {
  const { app } = await seenFromOutside(t)
  const described = app.swagger()
  assert.deepEqual(Object.keys(described.paths ?? {}).sort(), ['/', '/healthz', '/metrics', '/status.json'])
  const text = JSON.stringify(described)
  for (const name of ['absentRegistrations', 'text/html', 'journalFailing', 'secondsAgo', 'text/plain']) {
    assert.ok(text.includes(name), name)
  }
})

test('who asks again and again gets what was made a moment ago, but for the health', async t => {
  let nowMs = 0
  const { app, source } = await seenFromOutside(t, () => nowMs)
  const all = () =>
    Promise.all(['/', '/status.json', '/metrics'].map(async path => (await app.inject(path)).body))
  const first = await all()
  source.reading = { ...QUIET_READING, images: 77, journal: { ...QUIET_READING.journal, state: 'failing' } }
  nowMs += 999
  assert.deepEqual(await all(), first)
  assert.equal((await app.inject('/healthz')).json().status, 'degraded')
  nowMs += 1
  const [page = '', document = '', metrics = ''] = await all()
  assert.ok(page.includes('<p class="number">77</p>'))
  assert.equal(JSON.parse(document).images, 77)
  assert.equal(sampleValue(parseExposition(metrics), 'imagep2p_images'), 77)
})
