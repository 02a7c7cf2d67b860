import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COMMIT_BOUNDS_MICROS, DurationHistogram } from '../../../src/server/status/duration-histogram.ts'
import { assertProperty } from '../../support/property.ts'

test('a duration belongs to the first bucket whose bound is not below it', () => {
  const histogram = new DurationHistogram([1, 10, 100])
  for (const micros of [0, 1, 1.5, 10, 11, 100, 101, 1e9]) histogram.observe(micros)
  assert.deepEqual(histogram.cumulativeCounts(), [2, 4, 6, 8])
  assert.equal(histogram.sumMicros, 0 + 1 + 1.5 + 10 + 11 + 100 + 101 + 1e9)
})

test('a duration below zero counts as zero, and never lets the sum go back', () => {
  const histogram = new DurationHistogram([1])
  histogram.observe(-5)
  histogram.observe(Number.NaN)
  assert.deepEqual(histogram.cumulativeCounts(), [2, 2])
  assert.equal(histogram.sumMicros, 0)
})

test('for every bound the count is that of the durations not above it', () => {
  const durations = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 50 })
  assertProperty(
    fc.property(durations, list => {
      const histogram = new DurationHistogram(COMMIT_BOUNDS_MICROS)
      for (const micros of list) histogram.observe(micros)
      const expected = COMMIT_BOUNDS_MICROS.map(bound => list.filter(micros => micros <= bound).length)
      assert.deepEqual(histogram.cumulativeCounts(), [...expected, list.length])
    }),
    200,
  )
})
