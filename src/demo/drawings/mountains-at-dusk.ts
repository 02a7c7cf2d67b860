import { cover } from '../brush.ts'
import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { mix, smoothStep } from '../interpolation.ts'
import { createNoise, fractalNoise } from '../noise.ts'
import { type Colour, createPalette } from '../palette.ts'

/** Ridges one behind the other. */
const RIDGES = 7

/** Rows of sky between two turns of other work. */
const ROWS_PER_TURN = 32

/** A mountain range at dusk: each ridge nearer is darker, and stands in the haze of the valley before it. */
export async function drawMountainsAtDusk(
  width: number,
  height: number,
  signal?: AbortSignal,
): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  await paintSky(canvas, Math.ceil(height * 0.62), signal)
  const ridges = Array.from({ length: RIDGES }, (_, ridge) => traceRidge(width, height, ridge / (RIDGES - 1)))
  for (const [number, ridge] of ridges.entries()) {
    await takeTurn(signal)
    fillRidge(canvas, ridge, ridges[number + 1]?.tops, number / (RIDGES - 1))
  }
  return canvas
}

/** Fills the rows above `end` with the evening sky and the sun. */
async function paintSky(canvas: Canvas, end: number, signal: AbortSignal | undefined): Promise<void> {
  const { width, height, light } = canvas
  const sky = createPalette(['#1d1e4e', '#45306f', '#8d4285', '#d55f79', '#f79267', '#ffc98a', '#ffe6bd'])
  const sun = { x: width * 0.66, y: height * 0.44, radius: height * 0.07 }
  const colour: Colour = [0, 0, 0]
  for (let row = 0; row < end; row += 1) {
    if (row % ROWS_PER_TURN === 0) await takeTurn(signal)
    for (let column = 0; column < width; column += 1) {
      const distance = Math.sqrt((column + 0.5 - sun.x) ** 2 + (row + 0.5 - sun.y) ** 2)
      const glow = Math.exp(-distance / (height * 0.2))
      sky(row / end + glow * 0.12, colour)
      const disc = smoothStep(sun.radius + 0.8, sun.radius - 0.8, distance)
      const halo = 0.5 * glow + 0.55 * Math.exp(-((distance / (sun.radius * 2.2)) ** 2))
      const at = (row * width + column) * 3
      light[at] = colour[0] + 0.55 * halo + disc * 0.9
      light[at + 1] = colour[1] + 0.3 * halo + disc * 0.75
      light[at + 2] = colour[2] + 0.1 * halo + disc * 0.4
    }
  }
}

/** One ridge: the row of its top in each column, the row its foot stands on, and how far its peaks rise, in pixels. */
interface Ridge {
  readonly tops: Float32Array
  readonly foot: number
  readonly rise: number
}

/** The ridge at `nearness`, 0 the farthest and 1 the nearest. */
function traceRidge(width: number, height: number, nearness: number): Ridge {
  const noise = createNoise(40 + Math.round(nearness * 60))
  const foot = height * (0.5 + 0.44 * nearness ** 1.15)
  const rise = height * (0.15 + 0.1 * nearness)
  const tops = Float32Array.from({ length: width }, (_, column) => {
    const along = (column / width) * (3.4 - 1.2 * nearness)
    const peaks = 1 - 2 * Math.abs(fractalNoise(noise, along, 3.7, 3))
    const rubble = fractalNoise(noise, along * 9, 8.1, 3)
    return foot - rise * (0.75 * peaks - 0.25) - rubble * height * 0.012
  })
  return { tops, foot, rise }
}

const ROCK = createPalette(['#e79a7d', '#b96e7c', '#84507b', '#573a6e', '#352a58', '#1d1c3f', '#0c0f26'])
const HAZE = createPalette(['#ffd9a8', '#f6b08d', '#d58a8f', '#9d6a94', '#665088', '#3d386b', '#10143a'])

/** Fills a ridge from its top down to where the `nearer` one hides it. */
function fillRidge(
  canvas: Canvas,
  { tops, foot, rise }: Ridge,
  nearer: Float32Array | undefined,
  nearness: number,
): void {
  const { width, height } = canvas
  const rock: Colour = [0, 0, 0]
  const haze: Colour = [0, 0, 0]
  ROCK(nearness, rock)
  HAZE(nearness, haze)
  // A row of the haze is the same all along the valley: worked out once a row, not once a pixel.
  const rows: Colour[] = Array.from({ length: height }, (_, row) => {
    const share = 0.92 * smoothStep(foot - rise * 0.5, foot + height * 0.16, row)
    return [mix(rock[0], haze[0], share), mix(rock[1], haze[1], share), mix(rock[2], haze[2], share)]
  })
  for (let column = 0; column < width; column += 1) {
    const top = Math.max(0, tops[column] ?? 0)
    const end = Math.min(height, Math.ceil(nearer?.[column] ?? height) + 1)
    for (let row = Math.floor(top); row < end; row += 1)
      cover(canvas, column, row, rows[row] ?? rock, Math.min(1, row + 1 - top))
  }
}
