import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { addDot, cover, coverSpan } from '../../src/demo/brush.ts'
import { createCanvas } from '../../src/demo/canvas.ts'

const SEED = 2026

describe('addDot', () => {
  it('adds as much light as it is told, wherever between the pixels', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 8, noNaN: true }),
        fc.double({ min: 2, max: 8, noNaN: true }),
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        (x, y, strength) => {
          const canvas = createCanvas(10, 10)
          addDot(canvas, x, y, [1, 0.5, 0], strength)
          const sums = [0, 0, 0]
          canvas.light.forEach((light, at) => {
            sums[at % 3] = (sums[at % 3] ?? 0) + light
          })
          const [red, green, blue] = sums
          assert.ok(Math.abs((red ?? 0) - strength) < 1e-5 * strength, `red ${red}`)
          assert.ok(Math.abs((green ?? 0) - strength / 2) < 1e-5 * strength, `green ${green}`)
          assert.equal(blue, 0)
        },
      ),
      { seed: SEED },
    )
  })

  it('leaves out what falls on the border or outside', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (x, y) => {
        fc.pre(x < 1 || y < 1 || x >= 9 || y >= 9)
        const canvas = createCanvas(10, 10)
        addDot(canvas, x, y, [1, 1, 1])
        assert.ok(canvas.light.every(light => light === 0))
      }),
      { seed: SEED },
    )
  })
})

describe('cover and coverSpan', () => {
  it('mixes by the share, and does nothing outside', () => {
    const canvas = createCanvas(2, 1)
    cover(canvas, 1, 0, [1, 0.5, 0], 0.5)
    cover(canvas, -1, 0, [1, 1, 1], 1)
    cover(canvas, 2, 0, [1, 1, 1], 1)
    cover(canvas, 0, 1, [1, 1, 1], 1)
    assert.deepEqual([...canvas.light], [0, 0, 0, 0.5, 0.25, 0])
  })

  it('covers as many pixels as the span is long, with soft ends', () => {
    const canvas = createCanvas(12, 1)
    coverSpan(canvas, 0, 6.25, 2.5, [1, 1, 1])
    const row = Array.from({ length: 12 }, (_, column) => canvas.light[column * 3])
    assert.deepEqual(row, [0, 0, 0, 0.25, 1, 1, 1, 1, 0.75, 0, 0, 0])
  })
})
