import assert from 'node:assert/strict'
import { PerformanceObserver } from 'node:perf_hooks'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Registry } from 'prom-client'
import { ProcessMetrics } from '../../../src/server/status/process-metrics.ts'
import { until } from '../../support/until.ts'
import { parseExposition, sampleValue } from './exposition.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function read(registry: Registry, name: string, labels: Record<string, string> = {}): Promise<number> {
  return sampleValue(parseExposition(await registry.metrics()), name, labels)
}

test('memory, processor time and files are those of this process', async () => {
  const registry = new Registry()
  new ProcessMetrics(registry)
  const families = parseExposition(await registry.metrics())
  const rss = sampleValue(families, 'process_resident_memory_bytes')
  assert.ok(rss > 10e6 && rss < 100e9, String(rss))
  const used = sampleValue(families, 'nodejs_heap_size_used_bytes')
  assert.ok(used > 1e6 && used <= sampleValue(families, 'nodejs_heap_size_total_bytes'))
  const [user, system, both] = ['user_', 'system_', ''].map(mode =>
    sampleValue(families, `process_cpu_${mode}seconds_total`),
  )
  assert.ok(
    user !== undefined && system !== undefined && both !== undefined && user > 0 && both >= user + system,
  )
  assert.ok(
    Math.abs(sampleValue(families, 'process_start_time_seconds') + process.uptime() - Date.now() / 1000) < 60,
  )
  if (process.platform === 'linux') assert.ok(sampleValue(families, 'process_open_fds') >= 3)
  // The loop has times once it has begun to turn.
  await until(
    async () => (await read(registry, 'nodejs_eventloop_time_seconds_total', { state: 'active' })) > 0,
  )
})

test('garbage collections and the delay of the event loop are counted from start to stop', async () => {
  const registry = new Registry()
  const watched = new ProcessMetrics(registry)
  const collections = () => read(registry, 'nodejs_gc_duration_seconds_count', { kind: 'major' })
  watched.start()
  watched.start()
  collectGarbage()
  await until(async () => (await collections()) > 0)
  await until(async () => (await read(registry, 'nodejs_eventloop_delay_seconds_count')) > 0)
  watched.stop()
  watched.stop()

  const before = await collections()
  let seen = 0
  const other = new PerformanceObserver(list => {
    seen += list.getEntries().length
  })
  other.observe({ entryTypes: ['gc'] })
  collectGarbage()
  await until(() => seen > 0)
  other.disconnect()
  assert.equal(await collections(), before)
})
