import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { addPoint, createDensity } from '../../src/demo/density.ts'

const SEED = 2026

describe('addPoint', () => {
  it('counts a point once, at its place: the four shares have the point as their centre', () => {
    const place = fc.double({ min: 0.5, max: 7.499, noNaN: true })
    fc.assert(
      fc.property(place, place, (x, y) => {
        const density = createDensity(8, 8)
        addPoint(density, x, y)
        let sum = 0
        let across = 0
        let down = 0
        density.hits.forEach((hits, at) => {
          sum += hits
          across += hits * ((at % 8) + 0.5)
          down += hits * (Math.floor(at / 8) + 0.5)
        })
        assert.ok(Math.abs(sum - 1) < 1e-5)
        assert.ok(Math.abs(across - x) < 1e-4)
        assert.ok(Math.abs(down - y) < 1e-4)
      }),
      { seed: SEED },
    )
  })

  it('leaves out what falls outside', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (x, y) => {
        fc.pre(!(x >= 0.5 && y >= 0.5 && x < 7.5 && y < 7.5))
        const density = createDensity(8, 8)
        addPoint(density, x, y)
        assert.ok(density.hits.every(hits => hits === 0))
      }),
      { seed: SEED },
    )
  })
})
