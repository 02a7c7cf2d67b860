import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HttpMetrics } from '../../../src/server/status/http-metrics.ts'
import { RequestKind, RequestMetrics, RequestOutcome } from '../../../src/server/status/request-metrics.ts'
import {
  HISTORY_COLUMNS,
  type HistoryOptions,
  MAX_SAMPLES,
  StatusHistory,
} from '../../../src/server/status/status-history.ts'
import { assertProperty } from '../../support/property.ts'
import { FixedSource, QUIET_READING } from './fixed-source.ts'

function recorder(changes: Partial<HistoryOptions> = {}) {
  const source = new FixedSource()
  const requests = new RequestMetrics()
  const http = new HttpMetrics()
  const clock = { nowMs: 5000 }
  const history = new StatusHistory({ source, requests, http, nowMs: () => clock.nowMs, ...changes })
  const list = (times: number) => {
    for (let time = 0; time < times; time += 1) {
      requests.count(RequestKind.list, RequestOutcome.done, requests.begin())
    }
  }
  return { source, http, clock, history, list }
}

test('a sample has the levels of its moment and the rates since the one before', () => {
  const { source, http, clock, history, list } = recorder()
  list(1000)
  history.sample()
  assert.equal(history.last('LST'), 0, 'nothing is known of the time before the first')
  list(50)
  for (let time = 0; time < 25; time += 1) http.count('GET', '/', 200, 5)
  source.reading = { ...QUIET_READING, images: 99, registrations: 9, absentRegistrations: 1 }
  clock.nowMs += 10_000
  history.sample()
  clock.nowMs += 500
  assert.deepEqual(history.secondsAgo(), [10.5, 0.5])
  assert.deepEqual(history.column('images'), [3, 99])
  assert.deepEqual(history.column('registrations'), [2, 9])
  assert.deepEqual(history.column('absentRegistrations'), [7, 1])
  assert.deepEqual(history.column('LST'), [0, 5])
  assert.deepEqual(history.column('HTTP'), [0, 2.5])
  assert.deepEqual(history.column('REG'), [0, 0])
  assert.equal(history.last('images'), 99)
  assert.equal(history.total('LST'), 1050)
  assert.equal(history.total('HTTP'), 25)
})

test('a late sample has the rate of the whole time, and two at once none that is infinite', () => {
  const { clock, history, list } = recorder()
  history.sample()
  list(600)
  clock.nowMs += 60_000
  history.sample()
  assert.equal(history.last('LST'), 10)
  list(1)
  history.sample()
  assert.equal(history.last('LST'), 0)
})

test('it keeps the newest samples, in order, and never more than its bound', () => {
  const samples = fc.array(fc.record({ images: fc.nat(), seconds: fc.nat({ max: 100 }) }), { maxLength: 40 })
  assertProperty(
    fc.property(samples, fc.integer({ min: 1, max: 12 }), (list, maxSamples) => {
      const { source, clock, history } = recorder({ maxSamples })
      const taken: { images: number; atMs: number }[] = []
      for (const { images, seconds } of list) {
        clock.nowMs += seconds * 1000
        source.reading = { ...QUIET_READING, images }
        history.sample()
        taken.push({ images, atMs: clock.nowMs })
        const kept = taken.slice(-maxSamples)
        assert.equal(history.length, kept.length)
        assert.deepEqual(
          history.column('images'),
          kept.map(sample => sample.images),
        )
        assert.deepEqual(
          history.secondsAgo(),
          kept.map(sample => (clock.nowMs - sample.atMs) / 1000),
        )
        assert.equal(history.last('images'), images)
      }
    }),
    100,
  )
})

test('an hour is kept', () => {
  const { clock, history } = recorder()
  for (let sample = 0; sample < 2 * MAX_SAMPLES; sample += 1) {
    history.sample()
    clock.nowMs += history.sampleMs
  }
  for (const column of HISTORY_COLUMNS) assert.equal(history.column(column).length, 360)
  assert.equal(history.secondsAgo()[0], 3600)
})

test('it samples at once and at each interval, from start to stop', t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { clock, history } = recorder()
  assert.equal(history.length, 0)
  assert.equal(history.last('images'), 0)
  clock.nowMs += 1000
  history.start()
  history.start()
  assert.equal(history.length, 1)
  clock.nowMs += 30_000
  t.mock.timers.tick(30_000)
  assert.equal(history.length, 4)
  assert.equal(history.uptimeSeconds, 30)
  history.stop()
  t.mock.timers.tick(30_000)
  assert.equal(history.length, 4)
  history.start()
  t.mock.timers.tick(10_000)
  assert.equal(history.length, 6)
  history.stop()
})
