import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type Colour,
  createCyclicPalette,
  createPalette,
  type Palette,
  parseColour,
} from '../../src/demo/palette.ts'

const SEED = 2026

function colourAt(palette: Palette, position: number): Colour {
  const colour: Colour = [0, 0, 0]
  palette(position, colour)
  return colour
}

function assertNear(actual: Colour, expected: Colour, within: number): void {
  actual.forEach((light, channel) => {
    const difference = Math.abs(light - (expected[channel] ?? Number.NaN))
    assert.ok(difference <= within, `${actual} is not ${expected}`)
  })
}

describe('parseColour', () => {
  it('reads sRGB as linear light (values of IEC 61966-2-1)', () => {
    assert.deepEqual(parseColour('#000000'), [0, 0, 0])
    assert.deepEqual(parseColour('#ffffff'), [1, 1, 1])
    assertNear(parseColour('#bc0a80'), [0.502886, 0.003035, 0.215861], 1e-5)
  })
})

describe('createPalette', () => {
  const stops = ['#0b1d3a', '#d4456b', '#ffe9a8']

  it('passes through its stops and stays at the ends beyond them', () => {
    const palette = createPalette(stops)
    assertNear(colourAt(palette, 0), parseColour('#0b1d3a'), 1e-4)
    assertNear(colourAt(palette, 0.5), parseColour('#d4456b'), 1e-4)
    assertNear(colourAt(palette, 1), parseColour('#ffe9a8'), 1e-4)
    assert.deepEqual(colourAt(palette, -3), colourAt(palette, 0))
    assert.deepEqual(colourAt(palette, 9), colourAt(palette, 1))
    assert.deepEqual(colourAt(palette, Number.NaN), colourAt(palette, 0))
  })

  it('mixes in Oklab: half way from black to white is lightness 0.5, which is light 0.125', () => {
    assertNear(colourAt(createPalette(['#000000', '#ffffff']), 0.5), [0.125, 0.125, 0.125], 1e-3)
  })

  it('takes no jumps and gives no negative light', () => {
    const palette = createPalette(stops)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), position => {
        const colour = colourAt(palette, position)
        assert.ok(colour.every(light => light >= 0 && light <= 1.001))
        assertNear(colourAt(palette, position + 1e-4), colour, 1e-3)
      }),
      { seed: SEED },
    )
  })
})

describe('createCyclicPalette', () => {
  it('repeats every whole number, and closes without a jump', () => {
    const palette = createCyclicPalette(['#0b1d3a', '#d4456b', '#ffe9a8'])
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: -9, max: 9 }),
        (position, turns) =>
          assertNear(colourAt(palette, position + turns), colourAt(palette, position), 1e-4),
      ),
      { seed: SEED },
    )
    assertNear(colourAt(palette, 0.99999), colourAt(palette, 0), 1e-3)
    assertNear(colourAt(palette, 1 / 3), parseColour('#d4456b'), 1e-2)
  })
})
