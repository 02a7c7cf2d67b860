import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mix, smoothStep } from '../../src/demo/interpolation.ts'

describe('mix', () => {
  it('is the straight line through its ends', () => {
    assert.deepEqual(
      [0, 0.25, 1, 2].map(share => mix(4, 8, share)),
      [4, 5, 8, 12],
    )
  })
})

describe('smoothStep', () => {
  it('rises from 0 to 1 between its ends, also when they are given the other way round', () => {
    assert.deepEqual(
      [0, 2, 3, 4, 9].map(value => smoothStep(2, 4, value)),
      [0, 0, 0.5, 1, 1],
    )
    assert.deepEqual(
      [0, 2, 3, 4, 9].map(value => smoothStep(4, 2, value)),
      [1, 1, 0.5, 0, 0],
    )
  })
})
