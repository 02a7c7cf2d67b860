import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { addPoint, createDensity } from '../density.ts'
import { mix } from '../interpolation.ts'
import { type Colour, createPalette, parseColour } from '../palette.ts'
import { createRandom } from '../random.ts'

const POINTS = 1_000_000

/** Points between two turns of other work. */
const POINTS_PER_TURN = 20_000

/** The picture's height in the plane of the fern, which is 10 tall. */
const HEIGHT = 11

/** Michael Barnsley's fern ("Fractals Everywhere", 1988): four maps, taken by chance, whose only fixed shape is a fern. */
export async function drawFern(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const paper = parseColour('#f4efe1')
  const canvas = createCanvas(width, height)
  const density = createDensity(width, height)
  const random = createRandom(1988)
  const scale = height / HEIGHT
  let x = 0
  let y = 0
  for (let point = 0; point < POINTS; point += 1) {
    if (point % POINTS_PER_TURN === 0) await takeTurn(signal)
    const chance = random()
    const lastX = x
    if (chance < 0.83) {
      x = 0.85 * lastX + 0.04 * y
      y = -0.04 * lastX + 0.85 * y + 1.6
    } else if (chance < 0.91) {
      x = 0.2 * lastX - 0.26 * y
      y = 0.23 * lastX + 0.22 * y + 1.6
    } else if (chance < 0.99) {
      x = -0.15 * lastX + 0.28 * y
      y = 0.26 * lastX + 0.24 * y + 0.44
    } else {
      x = 0
      y = 0.16 * y
    }
    addPoint(density, width * 0.46 + x * scale, height * 0.955 - y * scale)
  }
  const palette = createPalette(['#a9c65c', '#5f9a3c', '#23682f', '#0d4228', '#072a1e'])
  const leaf: Colour = [0, 0, 0]
  for (let at = 0; at < density.hits.length; at += 1) {
    const hits = density.hits[at] ?? 0
    const share = 1 - Math.exp(-hits * 0.8)
    palette(Math.log1p(hits) / 4.2, leaf)
    canvas.light[at * 3] = mix(paper[0], leaf[0], share)
    canvas.light[at * 3 + 1] = mix(paper[1], leaf[1], share)
    canvas.light[at * 3 + 2] = mix(paper[2], leaf[2], share)
  }
  return canvas
}
