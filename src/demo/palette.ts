import { mix } from './interpolation.ts'

/** Red, green and blue in linear light, 0 to 1. Light adds up in it, so averages and glows look right. */
export type Colour = [red: number, green: number, blue: number]

/** Writes the colour at `position` into `into`. */
export type Palette = (position: number, into: Colour) => void

/** Entries of a palette's table; between two of them the way is straight. */
const ENTRIES = 512

/**
 * A gradient through `stops` (`#rrggbb`, at least one), evenly spread over 0 to 1 and mixed in Oklab, where lightness
 * changes evenly on the way from one colour to another (Björn Ottosson, 2020). Positions outside 0 to 1 take the nearest end.
 */
export function createPalette(stops: readonly string[]): Palette {
  const table = tabulate(stops)
  return (position, into) => {
    const clamped = position > 0 ? (position < 1 ? position : 1) : 0
    readEntry(table, clamped * ENTRIES, into)
  }
}

/** A gradient as `createPalette` makes, that runs on from its last stop to its first and repeats each whole number. */
export function createCyclicPalette(stops: readonly string[]): Palette {
  const table = tabulate([...stops, ...stops.slice(0, 1)])
  return (position, into) => readEntry(table, (position - Math.floor(position)) * ENTRIES, into)
}

/** The colour of `#rrggbb`. */
export function parseColour(hexadecimal: string): Colour {
  const bits = Number.parseInt(hexadecimal.slice(1), 16)
  return [toLinear((bits >> 16) & 255), toLinear((bits >> 8) & 255), toLinear(bits & 255)]
}

/** Linear light of an 8-bit sRGB value (IEC 61966-2-1). */
function toLinear(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function tabulate(stops: readonly string[]): Float32Array {
  const colours = stops.map(stop => toOklab(parseColour(stop)))
  const table = new Float32Array((ENTRIES + 2) * 3)
  for (let entry = 0; entry <= ENTRIES + 1; entry += 1) {
    const place = Math.min(1, entry / ENTRIES) * (colours.length - 1)
    const from = colours[Math.floor(place)] ?? [0, 0, 0]
    const to = colours[Math.ceil(place)] ?? from
    const share = place - Math.floor(place)
    const mixed = fromOklab([
      mix(from[0], to[0], share),
      mix(from[1], to[1], share),
      mix(from[2], to[2], share),
    ])
    table.set(mixed, entry * 3)
  }
  return table
}

function readEntry(table: Float32Array, place: number, into: Colour): void {
  const entry = Math.floor(place)
  const share = place - entry
  const at = entry * 3
  into[0] = mix(table[at] ?? 0, table[at + 3] ?? 0, share)
  into[1] = mix(table[at + 1] ?? 0, table[at + 4] ?? 0, share)
  into[2] = mix(table[at + 2] ?? 0, table[at + 5] ?? 0, share)
}

/** Linear sRGB to Oklab; the matrices are those of https://bottosson.github.io/posts/oklab/. */
function toOklab([red, green, blue]: Colour): Colour {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ]
}

function fromOklab([lightness, greenRed, blueYellow]: Colour): Colour {
  const long = (lightness + 0.3963377774 * greenRed + 0.2158037573 * blueYellow) ** 3
  const medium = (lightness - 0.1055613458 * greenRed - 0.0638541728 * blueYellow) ** 3
  const short = (lightness - 0.0894841775 * greenRed - 1.291485548 * blueYellow) ** 3
  return [
    Math.max(0, 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    Math.max(0, -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    Math.max(0, -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ]
}
