import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { addPoint, createDensity } from '../density.ts'
import { type Colour, createPalette } from '../palette.ts'

const POINTS = 1_200_000

/** Points between two turns of other work. */
const POINTS_PER_TURN = 20_000

/** The shape's extent in its own plane, with a little room around it. */
const BREADTH = 5.45
const HEIGHT = 4

/** Clifford Pickover's attractor: where a point goes that is moved by sines of its own position, over and over. */
export async function drawAttractor(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const density = createDensity(width, height)
  const scale = Math.min(width / BREADTH, height / HEIGHT)
  let x = 0.1
  let y = 0.1
  for (let point = 0; point < POINTS; point += 1) {
    if (point % POINTS_PER_TURN === 0) await takeTurn(signal)
    const lastX = x
    x = Math.sin(1.5 * y) + 1.6 * Math.cos(1.5 * lastX)
    y = Math.sin(-1.8 * lastX) + 0.9 * Math.cos(-1.8 * y)
    addPoint(density, width / 2 + x * scale, height / 2 + y * scale)
  }
  const palette = createPalette([
    '#04060f',
    '#0b2346',
    '#12497a',
    '#1a7fa0',
    '#3fbfae',
    '#a8e8bd',
    '#fff8d6',
    '#ffe3a0',
  ])
  const colour: Colour = [0, 0, 0]
  for (let at = 0; at < density.hits.length; at += 1) {
    palette(Math.log1p(density.hits[at] ?? 0) / 4.4, colour)
    canvas.light.set(colour, at * 3)
  }
  return canvas
}
