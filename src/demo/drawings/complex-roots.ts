import { type Canvas, createCanvas } from '../canvas.ts'
import { createCyclicPalette } from '../palette.ts'
import { paint, type Shader, smoothEdges } from '../shading.ts'

/**
 * The complex function (z² - 1)(z - 2 - i)² / (z² + 2 + 2i): its angle as hue and rays, its size as rings, one for each
 * doubling.
 */
export async function drawComplexRoots(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const hues = createCyclicPalette([
    '#e4572e',
    '#f3a712',
    '#e8d87a',
    '#76b041',
    '#17bebb',
    '#2e86c1',
    '#5b4b9a',
    '#c13c84',
  ])
  const shade: Shader = (x, y, into) => {
    const re = x * 2.1 + 0.35
    const im = y * 2.1
    const reSquare = re * re - im * im
    const imSquare = 2 * re * im
    // (z - 2 - i)², then times z² - 1, then times the conjugate of z² + 2 + 2i: a quotient without dividing.
    const factorRe = (re - 2) ** 2 - (im - 1) ** 2
    const factorIm = 2 * (re - 2) * (im - 1)
    const aboveRe = factorRe * (reSquare - 1) - factorIm * imSquare
    const aboveIm = factorRe * imSquare + factorIm * (reSquare - 1)
    const belowRe = reSquare + 2
    const belowIm = imSquare + 2
    const quotientRe = aboveRe * belowRe + aboveIm * belowIm
    const quotientIm = aboveIm * belowRe - aboveRe * belowIm
    const turns = Math.atan2(quotientIm, quotientRe) / (2 * Math.PI)
    const square = (aboveRe * aboveRe + aboveIm * aboveIm) / (belowRe * belowRe + belowIm * belowIm)
    const doublings = Math.log2(square + 1e-12) / 2
    hues(turns, into)
    const rays = turns * 12
    const light =
      (0.5 + 0.5 * (doublings - Math.floor(doublings))) * (0.78 + 0.22 * (rays - Math.floor(rays)))
    into[0] *= light
    into[1] *= light
    into[2] *= light
  }
  await paint(canvas, shade, signal)
  await smoothEdges(canvas, shade, signal)
  return canvas
}
