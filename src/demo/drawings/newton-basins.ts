import { type Canvas, createCanvas } from '../canvas.ts'
import { createPalette } from '../palette.ts'
import { paint, type Shader, smoothEdges } from '../shading.ts'

const ITERATIONS = 40

/** |z³ - 1|² at which a root counts as found. */
const FOUND = 1e-5

/** The colours of what runs to each cube root of one: light where it takes few steps, dark where many. */
const AMBER = createPalette(['#fff4d6', '#f5b04c', '#c2571a', '#4a1508', '#140503'])
const TEAL = createPalette(['#e6fbf4', '#4fc3b0', '#0f7173', '#06303d', '#020d14'])
const VIOLET = createPalette(['#f6e6ff', '#b07be0', '#6430a3', '#2a0f57', '#0c0420'])

/** Newton's method on z³ = 1: the colour says which root a start runs to, the shade how long it takes. */
export async function drawNewtonBasins(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const shade: Shader = (x, y, into) => {
    // Turned a little: the three-fold symmetry looks less stiff.
    let re = 1.25 * (x * 0.94 + y * 0.34)
    let im = 1.25 * (y * 0.94 - x * 0.34)
    let before = 1
    for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
      const reSquare = re * re - im * im
      const imSquare = 2 * re * im
      const reRest = reSquare * re - imSquare * im - 1
      const imRest = reSquare * im + imSquare * re
      const rest = reRest * reRest + imRest * imRest
      if (rest < FOUND) {
        // The rest shrinks faster than any power, so its logarithm tells the fraction of the last step.
        const steps = iteration - 1 + Math.log(FOUND / before) / Math.log(rest / before)
        const palette = re > 0 ? AMBER : im > 0 ? TEAL : VIOLET
        palette((steps - 1.6) / 14, into)
        return
      }
      before = rest
      const size = 3 * (reSquare * reSquare + imSquare * imSquare)
      re -= (reRest * reSquare + imRest * imSquare) / size
      im -= (imRest * reSquare - reRest * imSquare) / size
    }
    into[0] = into[1] = into[2] = 0
  }
  await paint(canvas, shade, signal)
  await smoothEdges(canvas, shade, signal)
  return canvas
}
