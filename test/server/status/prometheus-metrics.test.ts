import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMIT_BOUNDS_MICROS, DurationHistogram } from '../../../src/server/status/duration-histogram.ts'
import { HttpMetrics } from '../../../src/server/status/http-metrics.ts'
import { PrometheusMetrics } from '../../../src/server/status/prometheus-metrics.ts'
import { RequestKind, RequestMetrics, RequestOutcome } from '../../../src/server/status/request-metrics.ts'
import { parseExposition, sampleValue } from './exposition.ts'
import { FixedSource, QUIET_READING } from './fixed-source.ts'

function server() {
  const source = new FixedSource()
  const requests = new RequestMetrics()
  const http = new HttpMetrics()
  const commits = new DurationHistogram(COMMIT_BOUNDS_MICROS)
  const metrics = new PrometheusMetrics({ source, requests, http, commits, version: '1.2.3' })
  return { source, requests, http, commits, metrics }
}

test('every metric is of the format, has its unit in its name and tells what it is', async () => {
  const { metrics, http } = server()
  http.count('GET', '/v1/images/:md5', 404, 1500)
  const families = parseExposition(await metrics.text())
  assert.ok(families.size >= 16)
  for (const { name, help } of families.values()) {
    assert.match(name, /^imagep2p_[a-z0-9_]+$/)
    assert.ok(help.length > 10, name)
    if (help.includes('ytes ')) assert.match(name, /_bytes$/)
  }
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4; charset=utf-8$/)
  assert.match(
    families.get('imagep2p_request_duration_seconds')?.help ?? '',
    /one datagram in 16/,
    'that it is a sample is said',
  )
})

test('what the source tells is shown as it is at each scrape', async () => {
  const { metrics, source } = server()
  const shown: [string, Record<string, string>, number][] = [
    ['imagep2p_registrations', {}, 2],
    ['imagep2p_images', {}, 3],
    ['imagep2p_holdings', {}, 5],
    ['imagep2p_absent_registrations', {}, 7],
    ['imagep2p_watchers', {}, 11],
    ['imagep2p_replies_dropped_total', {}, 13],
    ['imagep2p_probes_total', { outcome: 'reached' }, 17],
    ['imagep2p_probes_total', { outcome: 'refused' }, 19],
    ['imagep2p_probes_total', { outcome: 'timed_out' }, 23],
    ['imagep2p_probes_total', { outcome: 'failed' }, 29],
    ['imagep2p_journal_log_bytes', {}, 31],
    ['imagep2p_journal_failures_total', {}, 37],
    ['imagep2p_journal_durable', {}, 1],
    ['imagep2p_journal_failing', {}, 0],
    ['imagep2p_build_info', { version: '1.2.3', node: process.version }, 1],
  ]
  for (let scrape = 0; scrape < 2; scrape += 1) {
    const families = parseExposition(await metrics.text())
    for (const [name, labels, value] of shown) assert.equal(sampleValue(families, name, labels), value, name)
  }
  source.reading = { ...QUIET_READING, images: 4, repliesDropped: 14 }
  const families = parseExposition(await metrics.text())
  assert.equal(sampleValue(families, 'imagep2p_images'), 4)
  assert.equal(sampleValue(families, 'imagep2p_replies_dropped_total'), 14)
})

const journals = [
  { state: 'durable', durable: 1, failing: 0 },
  { state: 'memory', durable: 0, failing: 0 },
  { state: 'failing', durable: 0, failing: 1 },
] as const
for (const { state, durable, failing } of journals) {
  test(`a journal that is ${state} can be told from the others`, async () => {
    const { metrics, source } = server()
    source.reading = { ...QUIET_READING, journal: { ...QUIET_READING.journal, state } }
    const families = parseExposition(await metrics.text())
    assert.equal(sampleValue(families, 'imagep2p_journal_durable'), durable)
    assert.equal(sampleValue(families, 'imagep2p_journal_failing'), failing)
  })
}

test('requests add up by word and outcome, and their durations too', async () => {
  const { metrics, requests } = server()
  for (let round = 0; round < 100; round += 1) {
    requests.count(RequestKind.list, RequestOutcome.done, requests.begin())
    requests.count(RequestKind.renew, RequestOutcome.unreachable, requests.begin())
    requests.count(RequestKind.unknown, RequestOutcome.malformed, requests.begin())
  }
  const families = parseExposition(await metrics.text())
  const total = (word: string, outcome: string) =>
    sampleValue(families, 'imagep2p_requests_total', { word, outcome })
  assert.deepEqual(
    [total('LST', 'done'), total('ALV', 'unreachable'), total('unknown', 'malformed'), total('ALV', 'done')],
    [100, 100, 100, 0],
  )
  const samples = families.get('imagep2p_requests_total')?.samples ?? []
  assert.equal(
    samples.reduce((sum, { value }) => sum + value, 0),
    300,
  )
  const measured = ['LST', 'ALV', 'unknown', 'REG'].map(word =>
    sampleValue(families, 'imagep2p_request_duration_seconds_count', { word }),
  )
  assert.equal(measured.at(-1), 0)
  assert.ok(
    measured.slice(0, 3).every(count => count > 0 && count < 100),
    String(measured),
  )
})

test('durations are in seconds, each in the buckets it belongs to', async () => {
  const { metrics, http, commits } = server()
  const labels = { method: 'GET', route: '/v1/images', status: '2xx' }
  http.count('GET', '/v1/images', 200, 600)
  http.count('GET', '/v1/images', 200, 20_000_000)
  commits.observe(1500)
  const families = parseExposition(await metrics.text())
  const bucket = (le: string) =>
    sampleValue(families, 'imagep2p_http_request_duration_seconds_bucket', { ...labels, le })
  assert.deepEqual([bucket('0.0005'), bucket('0.001'), bucket('10'), bucket('+Inf')], [0, 1, 1, 2])
  assert.equal(sampleValue(families, 'imagep2p_http_request_duration_seconds_sum', labels), 20.0006)
  assert.equal(sampleValue(families, 'imagep2p_http_requests_total', labels), 2)
  assert.equal(sampleValue(families, 'imagep2p_journal_commit_duration_seconds_sum'), 0.0015)
})

test('scrapes at once see whole numbers each', async () => {
  const { metrics, requests } = server()
  requests.count(RequestKind.list, RequestOutcome.done, requests.begin())
  const texts = await Promise.all(Array.from({ length: 5 }, () => metrics.text()))
  for (const text of texts) {
    const families = parseExposition(text)
    assert.equal(sampleValue(families, 'imagep2p_requests_total', { word: 'LST', outcome: 'done' }), 1)
    assert.equal(sampleValue(families, 'imagep2p_probes_total', { outcome: 'reached' }), 17)
  }
})

test('two servers of one process count apart', async () => {
  const [one, other] = [server(), server()]
  one.requests.count(RequestKind.list, RequestOutcome.done, one.requests.begin())
  const families = parseExposition(await other.metrics.text())
  assert.equal(sampleValue(families, 'imagep2p_requests_total', { word: 'LST', outcome: 'done' }), 0)
})

test('the metrics can be read as objects as well', async () => {
  const { metrics, commits } = server()
  commits.observe(70)
  const all = await metrics.registry.getMetricsAsJSON()
  const metric = all.find(({ name }) => name === 'imagep2p_journal_commit_duration_seconds')
  assert.deepEqual(
    metric?.values
      .filter(({ labels }) => labels['le'] === 0.00005 || labels['le'] === 0.0001)
      .map(v => v.value),
    [0, 1],
  )
})
