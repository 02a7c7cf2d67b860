import { type Canvas, createCanvas } from '../canvas.ts'
import { createPalette } from '../palette.ts'
import { paint, type Shader, smoothEdges } from '../shading.ts'

const CENTRE = { real: -1.9408, imaginary: -0.0046 }

/** Half the picture's shorter side, in the complex plane. */
const RADIUS = 0.0042

const ITERATIONS = 250

const ESCAPE = 2 ** 12

/** The burning ship (Michelitsch and Rössler, 1992): the Mandelbrot set's map with both parts made positive each time. */
export async function drawBurningShip(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const palette = createPalette([
    '#05020f',
    '#1f0c48',
    '#550f6d',
    '#88226a',
    '#ba3655',
    '#e35933',
    '#f98e09',
    '#f9cb35',
    '#fcffa4',
  ])
  const shade: Shader = (x, y, into) => {
    const real = CENTRE.real + x * RADIUS
    // The set is drawn upside down, so that the ship floats.
    const imaginary = CENTRE.imaginary - y * RADIUS
    let re = 0
    let im = 0
    let reSquare = 0
    let imSquare = 0
    let iteration = 0
    while (iteration < ITERATIONS && reSquare + imSquare < ESCAPE) {
      im = Math.abs(2 * re * im) + imaginary
      re = reSquare - imSquare + real
      reSquare = re * re
      imSquare = im * im
      iteration += 1
    }
    if (iteration === ITERATIONS) {
      palette(0, into)
      return
    }
    const smooth = iteration + 1 - Math.log2(Math.log(reSquare + imSquare) / 2)
    palette((Math.log(smooth / 5) / Math.log(20) - 0.27) * 1.5, into)
  }
  await paint(canvas, shade, signal)
  await smoothEdges(canvas, shade, signal)
  return canvas
}
