import { createRandom, type Random } from '../random.ts'

/** One row of houses. Heights are shares of the picture's height. */
interface HouseRow {
  /** Colours to choose from. */
  readonly walls: readonly string[]
  readonly lowest: number
  readonly tallest: number
  /** Pixels. */
  readonly broadest: number
  /** Share of the windows with a lamp on. */
  readonly lit: number
}

/** The rows of houses, the farthest first. */
const HOUSE_ROWS: readonly HouseRow[] = [
  { walls: ['#7a4690', '#6b3d88', '#8b5099'], lowest: 0.22, tallest: 0.5, broadest: 52, lit: 0.03 },
  { walls: ['#4b2f76', '#3f2869', '#573682'], lowest: 0.16, tallest: 0.44, broadest: 64, lit: 0.18 },
  { walls: ['#271c54', '#1f1648', '#31225f'], lowest: 0.1, tallest: 0.36, broadest: 78, lit: 0.34 },
  { walls: ['#120e36', '#0e0a2c', '#181240'], lowest: 0.05, tallest: 0.2, broadest: 96, lit: 0.42 },
]

const LAMPS = ['#ffd27a', '#ffb44d', '#ffe7b3', '#8fd0ff']

/** The quay, in heights of the picture from the top. */
const QUAY = 0.72

/** A city by the water at night. */
export function drawCityAtNight(width: number, height: number): string {
  const random = createRandom(1834)
  const quay = Math.round(height * QUAY)
  const houses = HOUSE_ROWS.map(row => drawHouses(width, height, quay, row, random)).join('')
  const moon = `cx="${width * 0.77}" cy="${height * 0.19}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    '<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">',
    '<stop offset="0" stop-color="#0b0d33"/><stop offset="0.3" stop-color="#2f2468"/>',
    '<stop offset="0.55" stop-color="#8d3f8c"/><stop offset="0.75" stop-color="#f0807a"/><stop offset="1" stop-color="#ffb780"/>',
    '</linearGradient></defs>',
    `<g id="above"><rect width="${width}" height="${quay}" fill="url(#sky)"/>`,
    scatterStars(width, quay, random),
    `<circle ${moon} r="${height * 0.15}" fill="#fff2cf" fill-opacity="0.05"/>`,
    `<circle ${moon} r="${height * 0.11}" fill="#fff2cf" fill-opacity="0.08"/>`,
    `<circle ${moon} r="${height * 0.075}" fill="#fff2cf"/>`,
    `${houses}</g>`,
    `<g transform="translate(0 ${quay * 2}) scale(1 -1)"><use href="#above"/></g>`,
    `<rect y="${quay}" width="${width}" height="${height - quay}" fill="#120f3d" fill-opacity="0.5"/>`,
    drawRipples(width, height, quay, random),
    `<rect y="${quay - 3}" width="${width}" height="6" fill="#0a0824"/>`,
    '</svg>',
  ].join('')
}

function scatterStars(width: number, quay: number, random: Random): string {
  return Array.from({ length: 150 }, () => {
    const x = (random() * width).toFixed(1)
    const y = (random() ** 1.4 * quay * 0.6).toFixed(1)
    const radius = (0.4 + 0.9 * random() ** 3).toFixed(2)
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="#e6eaff" fill-opacity="${(0.35 + 0.6 * random()).toFixed(2)}"/>`
  }).join('')
}

function drawRipples(width: number, height: number, quay: number, random: Random): string {
  const ripples: string[] = []
  for (let y = quay + 6; y < height; y += 3 + random() * 3) {
    const near = (y - quay) / (height - quay)
    for (let part = 0; part < 7; part += 1) {
      const length = width * (0.02 + 0.16 * random() * (0.4 + near))
      const x = (random() * (width + length) - length).toFixed(1)
      ripples.push(
        `<rect x="${x}" y="${y.toFixed(1)}" width="${length.toFixed(1)}" height="${(0.8 + 2 * near).toFixed(1)}" rx="1" fill="#1b1550" fill-opacity="0.6"/>`,
      )
    }
  }
  return ripples.join('')
}

function drawHouses(width: number, height: number, quay: number, row: HouseRow, random: Random): string {
  const shapes: string[] = []
  for (let left = -10; left < width; ) {
    const breadth = Math.round(row.broadest * (0.5 + 0.5 * random()))
    const tall = Math.round(height * (row.lowest + (row.tallest - row.lowest) * random() ** 1.6))
    const top = quay - tall
    const wall = row.walls[Math.floor(random() * row.walls.length)] ?? ''
    shapes.push(`<rect x="${left}" y="${top}" width="${breadth}" height="${tall}" fill="${wall}"/>`)
    const roof = random()
    if (roof < 0.25)
      shapes.push(
        `<rect x="${left + Math.round(breadth / 2)}" y="${top - 22}" width="2" height="22" fill="${wall}"/>`,
      )
    else if (roof < 0.5)
      shapes.push(`<rect x="${left + 6}" y="${top - 9}" width="${breadth - 12}" height="9" fill="${wall}"/>`)
    else if (roof < 0.65)
      shapes.push(`<path d="M${left} ${top}l${breadth / 2} -16l${breadth / 2} 16z" fill="${wall}"/>`)
    for (let y = top + 8; y < quay - 10; y += 11) {
      for (let x = left + 6; x < left + breadth - 8; x += 9) {
        if (random() > row.lit) continue
        const lamp = LAMPS[Math.floor(random() ** 1.8 * LAMPS.length)] ?? ''
        shapes.push(
          `<rect x="${x}" y="${y}" width="4" height="6" fill="${lamp}" fill-opacity="${0.6 + 0.2 * Math.floor(random() * 3)}"/>`,
        )
      }
    }
    left += breadth + (random() < 0.3 ? 3 : 0)
  }
  return shapes.join('')
}
