import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { median, percentile } from '../../bench/report/statistics.ts'

const SEED = 20_261_122
const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 })

test('the median of nothing is undefined, of one it is that one, of two their mean', () => {
  assert.equal(median([]), undefined)
  assert.equal(median([7]), 7)
  assert.equal(median([4, 1]), 2.5)
})

test('the median does not look at the order it is given, and leaves it alone', () => {
  const values = [10, 9, 100]
  assert.equal(median(values), 10)
  assert.deepEqual(values, [10, 9, 100])
})

test('at least half of all values are at most the median, and at least half at least', () => {
  fc.assert(
    fc.property(numbers, values => {
      const middle = median(values) ?? Number.NaN
      assert.ok(values.filter(value => value <= middle).length * 2 >= values.length)
      assert.ok(values.filter(value => value >= middle).length * 2 >= values.length)
    }),
    { seed: SEED },
  )
})

test('a percentile is the nearest rank', () => {
  const values = [15, 20, 35, 40, 50]
  assert.equal(percentile(values, 5), 15)
  assert.equal(percentile(values, 30), 20)
  assert.equal(percentile(values, 40), 20)
  assert.equal(percentile(values, 50), 35)
  assert.equal(percentile(values, 100), 50)
  assert.equal(percentile([], 50), undefined)
})

test('a percentile is one of the values, and so many percent do not exceed it', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const found = percentile(values, percent) ?? Number.NaN
      assert.ok(values.includes(found))
      assert.ok(values.filter(value => value <= found).length >= (percent / 100) * values.length)
    }),
    { seed: SEED },
  )
})
