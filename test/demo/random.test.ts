import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../../src/demo/random.ts'

describe('createRandom', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const take = (seed: number): number[] => Array.from({ length: 50 }, createRandom(seed))
    assert.deepEqual(take(7), take(7))
    assert.notDeepEqual(take(7), take(8))
  })

  it('spreads evenly over [0, 1)', () => {
    const random = createRandom(3)
    const counts = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 10_000; draw += 1) {
      const value = random()
      assert.ok(value >= 0 && value < 1)
      const bin = Math.floor(value * 10)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    for (const count of counts) assert.ok(count > 880 && count < 1120, `${counts}`)
  })
})
