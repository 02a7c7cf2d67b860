import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { mix, smoothStep } from '../interpolation.ts'
import { createNoise, fractalNoise } from '../noise.ts'
import { type Colour, createPalette } from '../palette.ts'

/** Where sea and sky meet, in heights of the picture from the top. */
const HORIZON = 0.58

/** Rows between two turns of other work. */
const ROWS_PER_TURN = 12

const SKY = createPalette(['#233a72', '#4d4f8f', '#9a5f93', '#e27a6e', '#fba35c', '#ffd37a'])

/** The sun's disc, in pixels. */
interface Sun {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** The sun going down over the sea, under banks of cloud lit from below. */
export async function drawSeaSunset(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const horizon = Math.round(height * HORIZON)
  const sun: Sun = { x: width * 0.4, y: height * 0.52, radius: height * 0.058 }
  await paintSky(canvas, horizon, sun, signal)
  await paintSea(canvas, horizon, sun, signal)
  return canvas
}

async function paintSky(
  canvas: Canvas,
  horizon: number,
  sun: Sun,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { width, height, light } = canvas
  const noise = createNoise(21)
  const colour: Colour = [0, 0, 0]
  for (let row = 0; row < horizon; row += 1) {
    if (row % ROWS_PER_TURN === 0) await takeTurn(signal)
    const up = (horizon - row) / horizon
    // Clouds lie in flat banks, and look the flatter and the closer together the farther they are.
    const flatness = 1 / (0.12 + up)
    const thickness = 0.85 * smoothStep(0.02, 0.2, up)
    for (let column = 0; column < width; column += 1) {
      const distance = Math.sqrt((column + 0.5 - sun.x) ** 2 + (row + 0.5 - sun.y) ** 2)
      const glow = Math.exp(-distance / (height * 0.24))
      SKY(1 - up * 1.05 + glow * 0.2, colour)
      const disc = smoothStep(sun.radius + 0.8, sun.radius - 0.8, distance)
      const halo = 0.6 * Math.exp(-((distance / (sun.radius * 2.4)) ** 2)) + 0.3 * glow
      let red = colour[0] + 0.6 * halo + disc * 1.2
      let green = colour[1] + 0.3 * halo + disc * 0.8
      let blue = colour[2] + 0.06 * halo + disc * 0.3
      const across = ((column / width) * 3.2 - 0.6) * (0.5 + 0.28 * flatness)
      const along = up * 9 * (0.35 + 0.12 * flatness)
      const cloud = fractalNoise(noise, across, along, 4)
      const share = thickness * smoothStep(-0.02, 0.5, cloud)
      if (share > 0) {
        // The side that thins out towards the sun is lit.
        const towardsSun = fractalNoise(noise, across + 0.03, along - 0.16, 3)
        const facing = Math.max(0, Math.min(1, 0.5 + (cloud - towardsSun) * 1.6))
        const lit = facing * (0.25 + 0.9 * glow + 0.35 * (1 - up))
        red = mix(red, 0.16 + 0.85 * lit, share)
        green = mix(green, 0.09 + 0.3 * lit, share)
        blue = mix(blue, 0.19 + 0.14 * lit, share)
      }
      const at = (row * width + column) * 3
      light[at] = red
      light[at + 1] = green
      light[at + 2] = blue
    }
  }
}

/** The sea mirrors the sky above it, broken by the swell; under the sun lies a path of glints. */
async function paintSea(
  canvas: Canvas,
  horizon: number,
  sun: Sun,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { width, height, light } = canvas
  const noise = createNoise(22)
  for (let row = horizon; row < height; row += 1) {
    if (row % ROWS_PER_TURN === 0) await takeTurn(signal)
    const near = (row - horizon + 1) / (height - horizon)
    for (let column = 0; column < width; column += 1) {
      const across = (column - width / 2) / (near * 0.9 + 0.06) / width
      const swell = fractalNoise(noise, across * 5, 9 / (near + 0.08), 3)
      const mirrored = Math.round(horizon - 1 - (row - horizon) * 0.9 - swell * height * 0.107 * near)
      const from = (Math.max(0, Math.min(horizon - 1, mirrored)) * width + column) * 3
      const away = (column + 0.5 - sun.x) / width
      const path = Math.exp(-((away / (0.035 + 0.1 * near)) ** 2))
      const glint = path * smoothStep(-0.05, 0.45, swell + 0.22 * path)
      const share = 0.62 - 0.34 * near + 0.3 * swell
      const at = (row * width + column) * 3
      light[at] = Math.max(0, (light[from] ?? 0) * share * 0.85) + glint * 1.5
      light[at + 1] = Math.max(0, (light[from + 1] ?? 0) * share * 0.9 + 0.01) + glint * 0.8
      light[at + 2] = Math.max(0, (light[from + 2] ?? 0) * share + 0.03) + glint * 0.3
    }
  }
}
