import { createRandom } from '../random.ts'

/** Tiles across the picture. */
const COLUMNS = 9

const GLAZE = '#f5f1e4'
const COBALT = '#16386f'
const SKY_BLUE = '#2f6fb7'
const YELLOW = '#f2b632'
const JOINT = '#c9c3b0'

/** The lines of a band, the broadest first; breadths are shares of a tile's side. */
const BAND: readonly { readonly colour: string; readonly breadth: number }[] = [
  { colour: COBALT, breadth: 0.36 },
  { colour: GLAZE, breadth: 0.26 },
  { colour: SKY_BLUE, breadth: 0.2 },
  { colour: YELLOW, breadth: 0.05 },
]

/** Glazed tiles (azulejos) of one pattern, each turned by chance: the bands join all the same (Sébastien Truchet, 1704). */
export function drawGlazedTiles(width: number, height: number): string {
  const random = createRandom(1704)
  const side = width / COLUMNS
  const rows = Math.ceil(height / side)
  const half = side / 2
  // A quarter of a circle around each of two opposite corners.
  const upright = `m${half} 0a${half} ${half} 0 0 1 ${-half} ${half}m${side} 0a${half} ${half} 0 0 0 ${-half} ${half}`
  const turned = `m${half} 0a${half} ${half} 0 0 0 ${half} ${half}m${-side} 0a${half} ${half} 0 0 1 ${half} ${half}`
  let arcs = ''
  let joints = ''
  let dots = ''
  for (let row = 0; row <= rows; row += 1) {
    joints += `M0 ${row * side}h${width}`
    for (let column = 0; column <= COLUMNS; column += 1) {
      const corner = `${column * side} ${row * side}`
      if (row === 0) joints += `M${corner}v${height}`
      if (row < rows && column < COLUMNS) arcs += `M${corner}${random() < 0.5 ? upright : turned}`
      dots += `M${corner}h0`
    }
  }
  const lines = BAND.map(
    ({ colour, breadth }) => `<path d="${arcs}" stroke="${colour}" stroke-width="${side * breadth}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="${GLAZE}"/><g fill="none">`,
    ...lines,
    `<path d="${joints}" stroke="${JOINT}" stroke-width="1.5"/>`,
    `<g stroke-linecap="round"><path d="${dots}" stroke="${COBALT}" stroke-width="${side * 0.34}"/>`,
    `<path d="${dots}" stroke="${YELLOW}" stroke-width="${side * 0.16}"/></g>`,
    '</g></svg>',
  ].join('')
}
