import { addDot, cover, coverSpan } from '../brush.ts'
import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { smoothStep } from '../interpolation.ts'
import { createNoise, fractalNoise } from '../noise.ts'
import { type Colour, createPalette, parseColour } from '../palette.ts'
import { createRandom } from '../random.ts'

const STARS = 900

/** A curtain of light. Lengths are shares of the picture's height. */
interface Curtain {
  /** Where the lower edge hangs, from the top. */
  readonly edge: number
  /** How high the light reaches above it. */
  readonly reach: number
  /** How far the folds swing up and down. */
  readonly swing: number
  /** Brightness; 1 is about white at the edge. */
  readonly strength: number
  /** Picks the folds and the rays. */
  readonly seed: number
}

/** The curtains, the farthest first. */
const CURTAINS: readonly Curtain[] = [
  { edge: 0.44, reach: 0.2, swing: 0.16, strength: 0.4, seed: 91 },
  { edge: 0.5, reach: 0.3, swing: 0.3, strength: 1, seed: 12 },
]

/** Where the far shore stands, in heights of the picture from the top. */
const SHORE = 0.7

const NIGHT = createPalette(['#02040f', '#061026', '#0b2038', '#12344a', '#1d4b58'])
const WOOD = parseColour('#030a0d')

/** The northern lights over a lake, with pines on the far shore. */
export async function drawAurora(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const shore = Math.round(height * SHORE)
  const colour: Colour = [0, 0, 0]
  for (let row = 0; row < shore; row += 1) {
    NIGHT(row / shore, colour)
    for (let column = 0; column < width; column += 1) canvas.light.set(colour, (row * width + column) * 3)
  }
  scatterStars(canvas, shore)
  for (const curtain of CURTAINS) {
    await takeTurn(signal)
    hangCurtain(canvas, curtain, shore)
  }
  await takeTurn(signal)
  growPines(canvas, shore)
  await takeTurn(signal)
  mirror(canvas, shore)
  return canvas
}

function scatterStars(canvas: Canvas, shore: number): void {
  const random = createRandom(77)
  for (let star = 0; star < STARS; star += 1) {
    const x = random() * canvas.width
    const y = random() ** 1.3 * shore
    const brightness = (0.08 + 1.9 * random() ** 9) * (1 - y / shore) ** 0.4
    const warmth = random()
    addDot(canvas, x, y, [0.8 + 0.2 * warmth, 0.88, 1.05 - 0.25 * warmth], brightness)
  }
}

function hangCurtain({ width, height, light }: Canvas, curtain: Curtain, shore: number): void {
  const noise = createNoise(curtain.seed)
  for (let column = 0; column < width; column += 1) {
    const along = column / width
    const fold = fractalNoise(noise, along * 1.7, 0.5, 2)
    const edge = height * (curtain.edge + curtain.swing * fold + 0.006 * noise(along * 60, 6.1))
    const rays = 0.62 + 0.5 * noise(along * 22 + fold * 9, 4.2) + 0.4 * noise(along * 70 + fold * 20, 7.7)
    const presence = 0.2 + 0.8 * smoothStep(-0.35, 0.3, fractalNoise(noise, along * 2.3, 2.9, 2))
    const length = height * curtain.reach * (0.7 + 0.8 * Math.max(0, rays))
    const bright = curtain.strength * presence * Math.max(0.12, rays)
    for (let row = 0; row < shore; row += 1) {
      const above = (edge - row) / length
      // A curtain fades out below its edge over a short way, above it over its whole length.
      const shape = smoothStep(-0.24, 0.1, above) * Math.exp(-Math.max(0, above) * 2.1)
      const amount = bright * shape
      if (amount < 0.002) continue
      const high = smoothStep(0.1, 1.4, above)
      const low = smoothStep(0.05, -0.2, above)
      const at = (row * width + column) * 3
      light[at] = (light[at] ?? 0) + amount * (0.07 + 0.42 * high + 0.18 * low)
      light[at + 1] = (light[at + 1] ?? 0) + amount * (0.9 - 0.76 * high - 0.3 * low)
      light[at + 2] = (light[at + 2] ?? 0) + amount * (0.44 + 0.12 * high)
    }
  }
}

function growPines(canvas: Canvas, shore: number): void {
  const { width, height } = canvas
  const random = createRandom(5)
  const noise = createNoise(6)
  for (let column = 0; column < width; column += 1) {
    const top = shore - height * (0.03 + 0.05 * Math.abs(noise((column / width) * 3, 1.5)))
    for (let row = Math.floor(top); row < shore; row += 1)
      cover(canvas, column, row, WOOD, Math.min(1, row + 1 - top))
  }
  for (let x = -10; x < width + 10; x += 3 + random() * 9) {
    const size =
      height * (0.05 + 0.075 * random() ** 2) * (0.75 + 0.5 * Math.abs(noise((x / width) * 4, 9.5)))
    growPine(canvas, x, shore - height * 0.02, size)
  }
}

/** A pine of `size` pixels with its foot at (x, foot): tiers of branches, each widening downwards. */
function growPine(canvas: Canvas, x: number, foot: number, size: number): void {
  const tip = foot - size
  for (let row = Math.floor(tip); row < foot; row += 1) {
    const down = Math.max(0, (row - tip) / size)
    const half = size * 0.17 * down * (0.55 + 0.6 * ((down * 7) % 1)) + 0.5
    coverSpan(canvas, row, x, half, WOOD)
  }
}

/** Fills the lake with what stands above it, a little darker, and drawn out by the ripples the more the nearer they are. */
function mirror({ width, height, light }: Canvas, shore: number): void {
  const noise = createNoise(12)
  for (let row = shore; row < height; row += 1) {
    const near = (row - shore) / (height - shore)
    const share = 0.72 - 0.35 * near
    for (let column = 0; column < width; column += 1) {
      const ripple = fractalNoise(noise, column / (22 + 60 * near), row / (1.6 + 5 * near), 2)
      const up = Math.round((row - shore) * 1.6 + ripple * (3 + 26 * near))
      const fromRow = Math.max(0, Math.min(shore - 1, shore - 1 - up))
      const fromColumn = Math.max(0, Math.min(width - 1, Math.round(column + ripple * 5 * near)))
      const from = (fromRow * width + fromColumn) * 3
      const at = (row * width + column) * 3
      light[at] = (light[from] ?? 0) * share
      light[at + 1] = (light[from + 1] ?? 0) * share + 0.002
      light[at + 2] = (light[from + 2] ?? 0) * share + 0.005
    }
  }
}
