import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linearScale, logScale } from '../../bench/report/axis.ts'

const SEED = 20_261_122

test('a linear axis starts at 0 and goes on in round steps beyond the highest value', () => {
  assert.deepEqual(linearScale([12, 43]).marks, [0, 10, 20, 30, 40, 50])
  assert.deepEqual(linearScale([0.9]).marks, [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(linearScale([]).marks, [0, 1])
})

test('a value stands in proportion to the last mark, not to the highest value', () => {
  assert.equal(linearScale([43]).place(25), 0.5)
  assert.equal(logScale([10, 900]).place(100), 0.5)
})

test('a logarithmic axis has the powers of ten around its values', () => {
  assert.deepEqual(logScale([1000, 1_000_000]).marks, [1000, 10_000, 100_000, 1_000_000])
  assert.deepEqual(logScale([20, 480]).marks, [10, 100, 1000])
  assert.deepEqual(logScale([100]).marks, [100, 1000])
})

test('every value has its place on the axis, in their order', () => {
  const values = fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(values, list => {
      for (const scale of [linearScale(list), logScale(list)]) {
        const places = list.toSorted((left, right) => left - right).map(scale.place)
        assert.ok(places.every(place => place >= -1e-9 && place <= 1 + 1e-9))
        assert.deepEqual(
          places.toSorted((left, right) => left - right),
          places,
        )
      }
    }),
    { seed: SEED },
  )
})
