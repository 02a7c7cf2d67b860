/** Seeds in the head. */
const SEEDS = 520

/** Radians between one seed and the next: the golden angle, at which seeds never line up and so lie closest. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))

/** Petals in one ring, a Fibonacci number as on the plant. */
const PETALS = 21

/** A ring of petals. Lengths are shares of half the picture's shorter side. */
interface Ring {
  readonly reach: number
  readonly breadth: number
  /** How far the first petal is turned, in petals. */
  readonly turn: number
  /** Colours at the foot, in the middle and at the tip. */
  readonly colours: readonly [foot: string, middle: string, tip: string]
  readonly vein: string
}

/** The rings, the lowest first. */
const RINGS: readonly Ring[] = [
  {
    reach: 0.93,
    breadth: 0.105,
    turn: 0.2,
    colours: ['#7c3603', '#d97a08', '#eba017'],
    vein: '#a85c05',
  },
  { reach: 0.88, breadth: 0.1, turn: 0.5, colours: ['#8f4203', '#f2a30f', '#f9c22e'], vein: '#c47a0a' },
  { reach: 0.78, breadth: 0.088, turn: 0.2, colours: ['#a04c04', '#fbb91c', '#ffdc5e'], vein: '#d18e12' },
]

/**
 * A sunflower. Its seeds lie after Helmut Vogel (1979): each one golden angle further than the one before, and as far out
 * as the square root of its number.
 */
export function drawSunflower(width: number, height: number): string {
  const half = Math.min(width, height) / 2
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-width / 2} ${-height / 2} ${width} ${height}">`,
    '<radialGradient id="ground" r="0.7"><stop offset="0" stop-color="#2a648a"/><stop offset="1" stop-color="#12304c"/></radialGradient>',
    `<rect x="${-width / 2}" y="${-height / 2}" width="${width}" height="${height}" fill="url(#ground)"/>`,
    // A unit of what follows is half a side, so that strokes and coordinates need no sizes.
    `<g transform="scale(${half})">`,
    ...RINGS.map(drawRing),
    '<circle r="0.455" fill="#1d0d04"/>',
    drawSeeds(),
    '</g></svg>',
  ].join('')
}

function drawRing({ reach, breadth, turn, colours, vein }: Ring, number: number): string {
  const belly = (0.8 * reach).toFixed(3)
  const side = breadth.toFixed(3)
  const outline = `M0 0C.42 -${(1.5 * breadth).toFixed(3)} ${belly} -${side} ${reach} 0C${belly} ${side} .42 ${(1.5 * breadth).toFixed(3)} 0 0Z`
  const bend = (0.6 * breadth).toFixed(3)
  const veins = `M.3 0H${(0.88 * reach).toFixed(3)}M.3 -.03Q${(0.7 * reach).toFixed(3)} -${bend} ${(0.84 * reach).toFixed(3)} -.02M.3 .03Q${(0.7 * reach).toFixed(3)} ${bend} ${(0.84 * reach).toFixed(3)} .02`
  const petals = Array.from({ length: PETALS }, (_, petal) => {
    const degrees = ((petal + turn) / PETALS) * 360
    return `<use href="#petal${number}" transform="rotate(${degrees.toFixed(2)})"/>`
  })
  const [foot, middle, tip] = colours
  return [
    `<radialGradient id="gold${number}" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="1"><stop offset="0.38" stop-color="${foot}"/><stop offset="0.6" stop-color="${middle}"/><stop offset="0.9" stop-color="${tip}"/></radialGradient>`,
    `<defs><g id="petal${number}"><path d="${outline}" fill="url(#gold${number})" stroke="#7a3d04" stroke-opacity="0.35" stroke-width="0.0035"/>`,
    `<path d="${veins}" fill="none" stroke="${vein}" stroke-opacity="0.45" stroke-width="0.004"/></g></defs>`,
    ...petals,
  ].join('')
}

function drawSeeds(): string {
  const spacing = 0.44 / Math.sqrt(SEEDS)
  // The inner ones last: they lie on top.
  return Array.from({ length: SEEDS }, (_, number) => {
    const seed = SEEDS - number
    const share = seed / SEEDS
    const distance = spacing * Math.sqrt(seed)
    const x = (distance * Math.cos(seed * GOLDEN_ANGLE)).toFixed(4)
    const y = (distance * Math.sin(seed * GOLDEN_ANGLE)).toFixed(4)
    const radius = (spacing * (0.55 + 0.35 * share)).toFixed(4)
    const hue = (24 + 18 * share ** 6).toFixed(1)
    const lightness = 15 + 11 * (seed % 3) * (0.35 + 0.4 * share) + 30 * share ** 7 + 12 * (1 - share) ** 4
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="hsl(${hue},75%,${lightness.toFixed(1)}%)"/>`
  }).join('')
}
