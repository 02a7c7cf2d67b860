import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createNoise, fractalNoise } from '../../src/demo/noise.ts'

const SEED = 2026

describe('createNoise', () => {
  const noise = createNoise(5)
  const place = fc.double({ min: -500, max: 500, noNaN: true })

  it('is zero at whole coordinates, bounded, and without jumps', () => {
    fc.assert(
      fc.property(place, place, (x, y) => {
        assert.ok(Math.abs(noise(Math.round(x), Math.round(y))) < 1e-12)
        assert.ok(Math.abs(noise(x, y)) <= Math.SQRT1_2 + 1e-9)
        assert.ok(Math.abs(noise(x + 1e-6, y - 1e-6) - noise(x, y)) < 1e-4)
      }),
      { seed: SEED },
    )
  })

  it('is the same for the same seed, another for another', () => {
    const again = createNoise(5)
    const other = createNoise(6)
    const places = [0.3, 1.7, 8.25, -40.6]
    assert.deepEqual(
      places.map(x => again(x, 0.4)),
      places.map(x => noise(x, 0.4)),
    )
    assert.notDeepEqual(
      places.map(x => other(x, 0.4)),
      places.map(x => noise(x, 0.4)),
    )
  })
})

describe('fractalNoise', () => {
  it('is the noise itself with one octave, and adds finer ones at half the strength', () => {
    const noise = createNoise(9)
    assert.equal(fractalNoise(noise, 0.4, 0.7, 1), noise(0.4, 0.7))
    const second = fractalNoise(noise, 0.4, 0.7, 2) - fractalNoise(noise, 0.4, 0.7, 1)
    assert.ok(Math.abs(second - noise(0.8 + 17.3, 1.4 - 9.7) / 2) < 1e-12)
  })
})
