import { cover, coverSpan } from '../brush.ts'
import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { mix, smoothStep } from '../interpolation.ts'
import { createNoise, fractalNoise, type Noise } from '../noise.ts'
import { type Colour, createPalette } from '../palette.ts'
import { createRandom } from '../random.ts'

/** Slopes one behind the other. */
const SLOPES = 6

const SKY = createPalette(['#9fc3cf', '#c8dcdd', '#eceadb', '#fbeed2'])
const WOOD = createPalette(['#b7cdca', '#8fb0b0', '#5f8a8d', '#386468', '#1b4247', '#0a2327'])
const MIST = createPalette(['#f3ecd9', '#e4e6da', '#cfdcd6', '#a9c2c0', '#6d9395', '#123035'])

/** Steps from the colour of the trees to that of the mist. */
const SHADES = 64

/** One wooded slope. Lengths are pixels. */
interface Slope {
  /** Row of the ground in each column. */
  readonly ground: Float32Array
  /** Height of a middling tree. */
  readonly tall: number
  readonly noise: Noise
  /** Picks the same trees each time. */
  readonly seed: number
  /** The trees' colour, going over to that of the mist at their feet. */
  readonly shades: readonly Colour[]
}

/** Wooded slopes in the morning mist, one behind the other. */
export async function drawMistyForest(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const sky: Colour = [0, 0, 0]
  for (let row = 0; row < height; row += 1) {
    SKY(row / height / 0.5, sky)
    for (let column = 0; column < width; column += 1) canvas.light.set(sky, (row * width + column) * 3)
  }
  const slopes = Array.from({ length: SLOPES }, (_, number) => layOutSlope(width, height, number))
  for (const [number, slope] of slopes.entries()) {
    await takeTurn(signal)
    fillSlope(canvas, slope, slopes[number + 1]?.ground)
    plantPines(canvas, slope)
  }
  return canvas
}

function layOutSlope(width: number, height: number, number: number): Slope {
  const nearness = number / (SLOPES - 1)
  const noise = createNoise(60 + number)
  const lean = (number % 2 === 0 ? 1 : -1) * height * 0.09
  const ground = Float32Array.from({ length: width }, (_, column) => {
    const hills = fractalNoise(noise, (column / width) * 1.9, 0.4, 3)
    return height * (0.34 + 0.52 * nearness) + lean * (column / width - 0.5) + height * 0.07 * hills
  })
  const wood: Colour = [0, 0, 0]
  const mist: Colour = [0, 0, 0]
  WOOD(nearness, wood)
  MIST(nearness, mist)
  const shades = Array.from({ length: SHADES }, (_, shade): Colour => {
    const share = shade / (SHADES - 1)
    return [mix(wood[0], mist[0], share), mix(wood[1], mist[1], share), mix(wood[2], mist[2], share)]
  })
  return { ground, tall: height * (0.035 + 0.15 * nearness ** 1.6), noise, seed: 90 + number, shades }
}

/** The colour of a slope at a row, whose mist thickens from the middle of its trees to somewhat below the ground. */
function shadeAt({ ground, tall, shades }: Slope, height: number, column: number, row: number): Colour {
  const share = smoothStep(-0.5 * tall, height * 0.16, row - (ground[column] ?? 0))
  return shades[Math.round(share * (SHADES - 1))] ?? [0, 0, 0]
}

/** Fills a slope from its ground down to where the `nearer` one hides it. */
function fillSlope(canvas: Canvas, slope: Slope, nearer: Float32Array | undefined): void {
  const { width, height } = canvas
  for (let column = 0; column < width; column += 1) {
    const top = slope.ground[column] ?? 0
    const end = Math.min(height, Math.ceil(nearer?.[column] ?? height) + 1)
    for (let row = Math.floor(top); row < end; row += 1)
      cover(canvas, column, row, shadeAt(slope, height, column, row), Math.min(1, row + 1 - top))
  }
}

function plantPines(canvas: Canvas, slope: Slope): void {
  const { width, height } = canvas
  const { tall, ground } = slope
  const random = createRandom(slope.seed)
  for (let x = -tall * 0.2; x < width + tall * 0.2; x += tall * (0.07 + 0.2 * random())) {
    const size = tall * (0.45 + 0.75 * random())
    const tiers = 7 + Math.floor(random() * 4)
    const breadth = 0.15 + 0.06 * random()
    const column = Math.max(0, Math.min(width - 1, Math.round(x)))
    const foot = (ground[column] ?? 0) + size * 0.12
    const tip = foot - size
    for (let row = Math.floor(tip); row < foot; row += 1) {
      const down = Math.max(0, (row + 0.5 - tip) / size)
      // Each tier of branches widens downwards and ends at once.
      const tier = (down * tiers) % 1
      const ragged = 0.85 + 0.3 * slope.noise(row * 0.7, x)
      const half = size * breadth * down ** 0.85 * (0.5 + 0.62 * tier) * ragged + 0.35 + size * 0.004
      coverSpan(canvas, row, x, half, shadeAt(slope, height, column, row))
    }
  }
}
