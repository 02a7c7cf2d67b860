import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Word } from '../../../src/protocol/index-request.ts'
import {
  OUTCOME_LABELS,
  REQUEST_WORDS,
  RequestKind,
  RequestMetrics,
  RequestOutcome,
  requestKind,
  SAMPLED_ONE_IN,
} from '../../../src/server/status/request-metrics.ts'

function countsOf(metrics: RequestMetrics): Record<string, number> {
  const counts: Record<string, number> = {}
  metrics.forEachCount((word, outcome, count) => {
    counts[`${word} ${outcome}`] = count
  })
  return counts
}

function measuredOf(metrics: RequestMetrics): Record<string, number> {
  const measured: Record<string, number> = {}
  metrics.forEachDuration((word, durations) => {
    measured[word] = durations.cumulativeCounts().at(-1) ?? 0
  })
  return measured
}

test('the names of kinds and outcomes stand at their indices', () => {
  for (const word of Object.values(Word)) assert.equal(REQUEST_WORDS[requestKind(word)], word)
  assert.equal(REQUEST_WORDS[requestKind(undefined)], 'unknown')
  const named = (at: number) => OUTCOME_LABELS[at]?.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
  for (const [name, at] of Object.entries(RequestOutcome)) assert.equal(named(at), name)
})

test('every request is counted once, with its word and outcome', () => {
  const metrics = new RequestMetrics()
  const expected: Record<string, number> = {}
  for (const [kind, word] of REQUEST_WORDS.entries()) {
    for (const [outcome, label] of OUTCOME_LABELS.entries()) {
      const times = 1 + kind * OUTCOME_LABELS.length + outcome
      for (let time = 0; time < times; time += 1) {
        metrics.count(kind as RequestKind, outcome as RequestOutcome, metrics.begin())
      }
      expected[`${word} ${label}`] = times
    }
  }
  assert.deepEqual(countsOf(metrics), expected)
  for (const kind of Object.values(RequestKind)) {
    const ofKind = Object.entries(expected).filter(([name]) => name.startsWith(`${REQUEST_WORDS[kind]} `))
    assert.equal(
      metrics.total(kind),
      ofKind.reduce((sum, [, count]) => sum + count, 0),
    )
  }
})

test('what can happen is shown before it did, and what cannot is not', () => {
  const counts = countsOf(new RequestMetrics())
  assert.ok(Object.values(counts).every(count => count === 0))
  assert.deepEqual(
    Object.keys(counts).filter(name => name.startsWith('ALV')),
    ['ALV done', 'ALV unreachable', 'ALV refused_password'],
  )
  assert.equal(counts['LST refused_password'], undefined)
  assert.equal(counts['unknown malformed'], 0)
})

test('one request in 16 is measured, whatever rhythm the words come in', () => {
  const metrics = new RequestMetrics()
  const rounds = 40_000
  // Two, four and eight of a kind in turns: every 16th would hit one word only.
  for (let at = 0; at < rounds; at += 1) {
    metrics.count(
      at % 2 === 0 ? RequestKind.list : RequestKind.register,
      RequestOutcome.done,
      metrics.begin(),
    )
  }
  const { LST = 0, REG = 0 } = measuredOf(metrics)
  for (const measured of [LST, REG]) {
    const expected = rounds / 2 / SAMPLED_ONE_IN
    assert.ok(Math.abs(measured - expected) < expected / 5, `${measured} of ${expected}`)
  }
})

test('a measured request is timed from its begin to its count, in microseconds', () => {
  let nowMs = 1000
  const metrics = new RequestMetrics(() => nowMs)
  const begun = metrics.begin()
  nowMs += 0.25
  metrics.count(RequestKind.end, RequestOutcome.done, begun)
  metrics.forEachDuration((word, durations) => assert.equal(durations.sumMicros, word === 'END' ? 250 : 0))
})
