import { type Canvas, createCanvas } from '../canvas.ts'
import { createCyclicPalette } from '../palette.ts'
import { paint, type Shader, smoothEdges } from '../shading.ts'

const CENTRE = { real: -0.743643, imaginary: 0.131825 }

/** Half the picture's shorter side, in the complex plane. */
const RADIUS = 0.0015

const ITERATIONS = 420

/** |z|² at which a point counts as escaped; large, so that the fraction of an iteration is smooth. */
const ESCAPE = 2 ** 16

/** The valley of sea horses on the edge of the Mandelbrot set, lit from the upper left as if its slopes were hills. */
export async function drawMandelbrotValley(
  width: number,
  height: number,
  signal?: AbortSignal,
): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const palette = createCyclicPalette([
    '#04103a',
    '#0c4a9e',
    '#62b6e8',
    '#fdf6df',
    '#f6b13c',
    '#a8401b',
    '#2a0a1e',
  ])
  const shade: Shader = (x, y, into) => {
    const real = CENTRE.real + x * RADIUS
    const imaginary = CENTRE.imaginary + y * RADIUS
    let re = 0
    let im = 0
    // The derivative of z by c: its direction is the slope of the hill.
    let slopeRe = 0
    let slopeIm = 0
    let reSquare = 0
    let imSquare = 0
    let iteration = 0
    while (iteration < ITERATIONS && reSquare + imSquare < ESCAPE) {
      const nextSlope = 2 * (re * slopeRe - im * slopeIm) + 1
      slopeIm = 2 * (re * slopeIm + im * slopeRe)
      slopeRe = nextSlope
      im = 2 * re * im + imaginary
      re = reSquare - imSquare + real
      reSquare = re * re
      imSquare = im * im
      iteration += 1
    }
    if (iteration === ITERATIONS) {
      into[0] = into[1] = 0.0005
      into[2] = 0.002
      return
    }
    const smooth = iteration + 1 - Math.log2(Math.log(reSquare + imSquare) / 2)
    palette(0.85 * Math.log2(smooth) - 0.15, into)
    const normalRe = re * slopeRe + im * slopeIm
    const normalIm = im * slopeRe - re * slopeIm
    const lit = (normalIm - normalRe) / Math.sqrt(2 * (normalRe * normalRe + normalIm * normalIm))
    const light = 0.62 + 0.55 * lit
    into[0] *= light
    into[1] *= light
    into[2] *= light
  }
  await paint(canvas, shade, signal)
  await smoothEdges(canvas, shade, signal)
  return canvas
}
