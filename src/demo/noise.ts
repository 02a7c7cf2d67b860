import { mix } from './interpolation.ts'
import { createRandom } from './random.ts'

/** Smooth noise over the plane: about -0.7 to 0.7, zero at whole coordinates, features about one unit wide. */
export type Noise = (x: number, y: number) => number

/** Gradients in one period of the noise, each way. A power of two, so that wrapping is a mask. */
const PERIOD = 256

/** Gradient noise after Ken Perlin, "Improving Noise" (SIGGRAPH 2002), with unit gradients drawn from `seed`. */
export function createNoise(seed: number): Noise {
  const random = createRandom(seed)
  const gradients = new Float64Array(PERIOD * 2)
  for (let at = 0; at < PERIOD; at += 1) {
    const angle = random() * 2 * Math.PI
    gradients[at * 2] = Math.cos(angle)
    gradients[at * 2 + 1] = Math.sin(angle)
  }
  const order = new Uint8Array(PERIOD)
  for (let at = 0; at < PERIOD; at += 1) {
    const other = Math.floor(random() * (at + 1))
    order[at] = order[other] ?? 0
    order[other] = at
  }
  const slope = (column: number, row: number, x: number, y: number): number => {
    const at = (order[((order[column & 255] ?? 0) + row) & 255] ?? 0) * 2
    return (gradients[at] ?? 0) * x + (gradients[at + 1] ?? 0) * y
  }
  return (x, y) => {
    const column = Math.floor(x)
    const row = Math.floor(y)
    const dx = x - column
    const dy = y - row
    const u = fade(dx)
    const v = fade(dy)
    const top = mix(slope(column, row, dx, dy), slope(column + 1, row, dx - 1, dy), u)
    const bottom = mix(slope(column, row + 1, dx, dy - 1), slope(column + 1, row + 1, dx - 1, dy - 1), u)
    return mix(top, bottom, v)
  }
}

/** Sums `octaves` of `noise`, each half as wide and half as strong as the one before: the roughness of hills and clouds. */
export function fractalNoise(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0
  let strength = 1
  let scale = 1
  for (let octave = 0; octave < octaves; octave += 1) {
    // The shift keeps the octaves' zeros from falling on one another at the origin.
    sum += strength * noise(x * scale + octave * 17.3, y * scale - octave * 9.7)
    strength /= 2
    scale *= 2
  }
  return sum
}

function fade(share: number): number {
  return share * share * share * (share * (share * 6 - 15) + 10)
}
