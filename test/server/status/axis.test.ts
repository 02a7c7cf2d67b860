import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { axisUpTo, timeAxisFor } from '../../../src/server/status/axis.ts'
import { assertProperty } from '../../support/property.ts'

const axes: [most: number, whole: boolean, marks: number[]][] = [
  [0, true, [0, 1]],
  [0, false, [0, 1]],
  [1, true, [0, 1]],
  [3, true, [0, 1, 2, 3]],
  [3, false, [0, 1, 2, 3]],
  [0.3, false, [0, 0.1, 0.2, 0.3]],
  [51, true, [0, 20, 40, 60]],
  [1_083_091, true, [0, 500_000, 1_000_000, 1_500_000]],
  [-1, true, [0, 1]],
]
for (const [most, whole, marks] of axes) {
  test(`an axis up to ${most}${whole ? ' in whole numbers' : ''}`, () =>
    assert.deepEqual(axisUpTo(most, whole).marks, marks))
}

test('every value up to the highest has its place, with few marks in equal steps', () => {
  assertProperty(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.boolean(), (most, whole) => {
      const { marks, place } = axisUpTo(most, whole)
      assert.ok(marks.length >= 2 && marks.length <= 5, String(marks))
      assert.ok(place(most) > 0 && place(most) <= 1 + 1e-9)
      assert.equal(place(0), 0)
      for (const [index, mark] of marks.entries()) {
        assert.ok(Math.abs(place(mark) - index / (marks.length - 1)) < 1e-9)
        assert.ok(!whole || Number.isInteger(mark))
      }
    }),
  )
})

test('the time axis is as short as what there is to show, and an hour at most', () => {
  assert.deepEqual(timeAxisFor(0), { minutes: 5, marks: [5, 4, 3, 2, 1, 0] })
  assert.deepEqual(timeAxisFor(300).minutes, 5)
  assert.deepEqual(timeAxisFor(301), { minutes: 15, marks: [15, 10, 5, 0] })
  assert.deepEqual(timeAxisFor(1000).marks, [30, 20, 10, 0])
  assert.deepEqual(timeAxisFor(9999), { minutes: 60, marks: [60, 45, 30, 15, 0] })
})
