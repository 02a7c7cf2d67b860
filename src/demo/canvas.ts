import { setImmediate } from 'node:timers/promises'
import type { Colour } from './palette.ts'
import { createRandom, type Random } from './random.ts'

/** Pixels of light, row by row from the top left: three linear values each, 0 black, 1 white, more is cut when shown. */
export interface Canvas {
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  readonly light: Float32Array
}

/** A canvas of one colour, black unless told. */
export function createCanvas(width: number, height: number, colour?: Colour): Canvas {
  const light = new Float32Array(width * height * 3)
  if (colour === undefined) return { width, height, light }
  const [red, green, blue] = colour
  for (let at = 0; at < light.length; at += 3) {
    light[at] = red
    light[at + 1] = green
    light[at + 2] = blue
  }
  return { width, height, light }
}

/**
 * Gives other work of the process a turn. Rejects with the reason of `signal` once that is aborted, which is how every
 * drawing stops.
 */
export async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate()
  signal?.throwIfAborted()
}

/** Steps of the table that turns light into sRGB: near black one of them is a fifth of an 8-bit step. */
const LIGHT_STEPS = 1 << 14

/** sRGB values in 256ths of an 8-bit step, of light from 0 to 1 (IEC 61966-2-1). */
const SRGB_OF_LIGHT: Uint16Array = Uint16Array.from({ length: LIGHT_STEPS + 1 }, (_, step) => {
  const value = step / LIGHT_STEPS
  const encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055
  return Math.round(255 * 256 * encoded)
})

/** Noise from 0 to 255, in 256ths of an 8-bit step. A prime number of values, so that no pattern lines up with the rows. */
const DITHER: Uint8Array = Uint8Array.from({ length: 8191 }, randomByte(createRandom(1)))

function randomByte(random: Random): () => number {
  return () => Math.floor(random() * 256)
}

/**
 * The canvas as 8-bit sRGB, three bytes a pixel. Less than one step of noise is added before rounding, the same each
 * time: without it a dark sky shows bands.
 */
export function toRgb({ light }: Canvas): Buffer {
  const bytes = Buffer.allocUnsafe(light.length)
  let next = 0
  for (let at = 0; at < light.length; at += 3) {
    const noise = DITHER[next] ?? 0
    next = next + 1 < DITHER.length ? next + 1 : 0
    bytes[at] = toByte(light[at] ?? 0, noise)
    bytes[at + 1] = toByte(light[at + 1] ?? 0, noise)
    bytes[at + 2] = toByte(light[at + 2] ?? 0, noise)
  }
  return bytes
}

function toByte(value: number, noise: number): number {
  const step = value > 0 ? (value < 1 ? (value * LIGHT_STEPS + 0.5) | 0 : LIGHT_STEPS) : 0
  return ((SRGB_OF_LIGHT[step] ?? 0) + noise) >> 8
}
