import assert from 'node:assert/strict'
import { test } from 'node:test'
import { perceptualHash } from '../../../src/peer/likeness/perceptual-hash.ts'
import { LIKENESS_PATTERN, likenessDistance } from '../../../src/protocol/likeness.ts'

/** A picture of so many pixels by the brightness at each point, from 0 to 255. */
function pixels(
  width: number,
  height: number,
  brightness: (x: number, y: number) => number,
  alpha = 255,
): { width: number; height: number; rgba: Uint8Array } {
  const rgba = new Uint8Array(width * height * 4)
  for (let at = 0; at < width * height; at += 1) {
    const value = Math.round(
      brightness(((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height),
    )
    rgba.set([value, value, value, alpha], at * 4)
  }
  return { width, height, rgba }
}

test('the bit of a wave is set where the picture has it, slow ones first', () => {
  // cos(pi x) is the wave that goes once across: the order begins with (0, 1), (1, 0), (0, 2), (1, 1), (2, 0).
  const wave = (across: number, down: number) => (x: number, y: number) =>
    128 + 100 * Math.cos(Math.PI * across * x) * Math.cos(Math.PI * down * y)
  for (const [across, down, expected] of [
    [0, 1, '8000000000000000'],
    [1, 0, '4000000000000000'],
    [1, 1, '1000000000000000'],
    [9, 1, '0000000000000001'],
  ] as const) {
    const likeness = BigInt(`0x${perceptualHash(pixels(96, 64, wave(across, down)))}`)
    assert.notEqual(likeness & BigInt(`0x${expected}`), 0n, `${across}, ${down}`)
    // Whole steps of brightness make a little of other waves.
    assert.ok(likeness.toString(2).replaceAll('0', '').length <= 4, likeness.toString(16))
  }
})

test('size and proportions, light and contrast do not count', () => {
  const scene = (x: number, y: number) => 90 + 60 * Math.sin(5 * x + 3 * y * y) + 30 * Math.cos(9 * y - 2 * x)
  const expected = perceptualHash(pixels(100, 75, scene)) ?? ''
  assert.match(expected, new RegExp(LIKENESS_PATTERN))
  const isNearly = (likeness = '') =>
    assert.ok(likenessDistance(likeness, expected) <= 2, `${likeness} ${expected}`)
  isNearly(perceptualHash(pixels(50, 100, scene)))
  isNearly(perceptualHash(pixels(100, 75, (x, y) => scene(x, y) + 40)))
  isNearly(perceptualHash(pixels(100, 75, (x, y) => scene(x, y) / 2)))
})

test('what is clear is seen before white, and where there is nothing to see there is no likeness', () => {
  const stripe = (x: number) => (x < 0.5 ? 0 : 255)
  assert.equal(
    perceptualHash(pixels(64, 64, stripe, 128)),
    perceptualHash(pixels(64, 64, x => (x < 0.5 ? 127 : 255))),
  )
  for (const blank of [
    pixels(100, 100, () => 77),
    pixels(1, 1, () => 0),
    pixels(100, 100, stripe, 0),
    pixels(100, 100, (x, y) => 100 + ((Math.floor(x * 100) + Math.floor(y * 100)) % 2)),
  ])
    assert.equal(perceptualHash(blank), undefined)
})
