import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCanvas, toRgb } from '../../src/demo/canvas.ts'

describe('toRgb', () => {
  it('keeps black black and white white, and cuts what is beyond either', () => {
    const canvas = createCanvas(64, 4)
    canvas.light.fill(0, 0, 192)
    canvas.light.fill(1, 192, 384)
    canvas.light.fill(7, 384, 576)
    canvas.light.fill(-3, 576)
    const bytes = toRgb(canvas)
    assert.ok(bytes.subarray(0, 192).every(byte => byte === 0))
    assert.ok(bytes.subarray(192, 576).every(byte => byte === 255))
    assert.ok(bytes.subarray(576).every(byte => byte === 0))
  })

  it('shows light as sRGB does, to a step, and a value between two steps as a mixture of them', () => {
    // Light 0.2 is sRGB 123.55 (IEC 61966-2-1).
    const bytes = toRgb(createCanvas(100, 100, [0.2, 0.2, 0.2]))
    assert.deepEqual(new Set(bytes), new Set([123, 124]))
    const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length
    assert.ok(Math.abs(mean - 123.55) < 0.05, `mean ${mean}`)
  })
})
