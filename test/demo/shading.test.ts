import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCanvas, takeTurn } from '../../src/demo/canvas.ts'
import { paint, type Shader, smoothEdges } from '../../src/demo/shading.ts'

describe('paint', () => {
  it('gives the shader the plane: x to the right, y upwards, the shorter side from -1 to 1', async () => {
    const seen: [number, number][] = []
    await paint(createCanvas(4, 2), (x, y) => seen.push([x, y]))
    assert.deepEqual(seen, [
      [-1.5, 0.5],
      [-0.5, 0.5],
      [0.5, 0.5],
      [1.5, 0.5],
      [-1.5, -0.5],
      [-0.5, -0.5],
      [0.5, -0.5],
      [1.5, -0.5],
    ])
  })

  it('leaves the rows it is not asked for alone', async () => {
    const canvas = createCanvas(2, 3, [0.5, 0.5, 0.5])
    await paint(canvas, (_x, _y, into) => into.fill(1), undefined, 1)
    assert.deepEqual([...canvas.light], [...Array(6).fill(1), ...Array(12).fill(0.5)])
  })

  it('stops with the reason of its signal, before the last row', async () => {
    const reason = new Error('enough')
    const control = new AbortController()
    let samples = 0
    const painted = paint(createCanvas(10, 1000), () => (samples += 1), control.signal)
    await takeTurn(undefined)
    control.abort(reason)
    await assert.rejects(painted, fault => fault === reason)
    assert.ok(samples < 10 * 1000, `${samples} samples`)
  })
})

describe('smoothEdges', () => {
  const leaning: Shader = (x, y, into) => into.fill(x > y * 0.3 ? 1 : 0)

  it('gives the pixels on an edge what lies between, and leaves the others as they are', async () => {
    const canvas = createCanvas(20, 20)
    await paint(canvas, leaning)
    assert.deepEqual(new Set(canvas.light), new Set([0, 1]))
    const before = canvas.light.slice()
    await smoothEdges(canvas, leaning)
    const between = [...canvas.light].filter(light => light > 0 && light < 1)
    assert.ok(between.length >= 20, `${between.length} values between`)
    for (const column of [0, 1, 18, 19]) {
      const at = (10 * 20 + column) * 3
      assert.equal(canvas.light[at], before[at])
    }
  })

  it('samples nothing again where nothing stands out, not even between the end of a row and the next', async () => {
    const canvas = createCanvas(16, 16)
    const slope: Shader = (x, _y, into) => into.fill(0.5 + x / 4)
    await paint(canvas, slope)
    let samples = 0
    await smoothEdges(canvas, () => (samples += 1))
    assert.equal(samples, 0)
  })
})
