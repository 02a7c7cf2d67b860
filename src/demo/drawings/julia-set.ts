import { type Canvas, createCanvas } from '../canvas.ts'
import { createCyclicPalette } from '../palette.ts'
import { paint, type Shader, smoothEdges } from '../shading.ts'

/** The constant of the map z² + c: its Julia set is all spirals. */
const C = { real: -0.4, imaginary: 0.6 }

const ITERATIONS = 300

const ESCAPE = 2 ** 14

/** The Julia set of z² + c. */
export async function drawJuliaSet(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const palette = createCyclicPalette([
    '#0b0620',
    '#3a1061',
    '#9a2277',
    '#f0654b',
    '#fed38a',
    '#fffbe8',
    '#7fd0cf',
    '#1c5f8f',
  ])
  const shade: Shader = (x, y, into) => {
    let re = x * 0.95
    let im = y * 0.95
    let reSquare = re * re
    let imSquare = im * im
    let iteration = 0
    while (iteration < ITERATIONS && reSquare + imSquare < ESCAPE) {
      im = 2 * re * im + C.imaginary
      re = reSquare - imSquare + C.real
      reSquare = re * re
      imSquare = im * im
      iteration += 1
    }
    const smooth = iteration + 1 - Math.log2(Math.log(Math.max(ESCAPE, reSquare + imSquare)) / 2)
    palette(Math.sqrt(smooth) * 0.115 - 0.2, into)
  }
  // z and -z go to the same place, so the lower half is the upper one turned around.
  const half = Math.ceil(height / 2)
  await paint(canvas, shade, signal, half)
  await smoothEdges(canvas, shade, signal, half)
  for (let at = 0; at < Math.floor(height / 2) * width; at += 1) {
    const turned = width * height - 1 - at
    canvas.light.copyWithin(turned * 3, at * 3, at * 3 + 3)
  }
  return canvas
}
