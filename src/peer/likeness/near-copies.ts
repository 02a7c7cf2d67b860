import type { ImageDetails } from '../../protocol/image-details.ts'
import { likenessWord, setBits } from '../../protocol/likeness.ts'

/** What is looked at of an image to tell its copies. */
export interface Comparable {
  readonly details?: ImageDetails
}

/** Images that are copies of one picture: one at least, the best in front. */
export type NearCopies<Image> = readonly [best: Image, ...others: Image[]]

/**
 * Bits in which copies of one picture differ at most, to be shown as one: fewer than what makes pictures alike, as a
 * picture that is folded away under another is not seen. Other sizes, formats and qualities differ in less, a cut of some
 * percent in more; `npm run likeness` measures it.
 */
export const COPY_BITS = 8

/** How much the proportions of copies may differ: what rounding the sides of a thumbnail does. */
const PROPORTION_TOLERANCE = 0.03

/** Images placed in one step: each is held against some ten thousand at most. */
const STEP_IMAGES = 50

/** Images for which there is room before the first one: what a page has. */
const FIRST_ROOM = 512

/** Formats of 256 colours, which no photograph is best kept in, and those that keep every pixel. */
const FEW_COLOURS: ReadonlySet<string> = new Set(['gif'])
const LOSSLESS: ReadonlySet<string> = new Set(['png', 'tiff', 'bmp', 'ppm'])

/**
 * Folds images into groups of near copies. Groups stand where their first image stood; within one the best copy comes
 * first, the others in order after it. An image joins the nearest group whose best copy it is near to, so that all of a
 * group are near to one, and not each only to the next. One of unknown likeness is a group of its own.
 *
 * Takes some nanoseconds for each pair of an image and a group: meant for what is shown, some ten thousand at most.
 */
export function foldNearCopies<Image extends Comparable>(images: readonly Image[]): NearCopies<Image>[] {
  const folding = foldingNearCopies(images)
  for (;;) {
    const step = folding.next()
    if (step.done) return step.value
  }
}

/** {@link foldNearCopies} in steps of some milliseconds, for whoever has other things to do as well. */
export function* foldingNearCopies<Image extends Comparable>(
  images: readonly Image[],
): Generator<void, NearCopies<Image>[]> {
  const ranked = images.map((image, place) => ({ image, place })).sort(byQuality)
  const groups: { first: number; members: [Image, ...Image[]] }[] = []
  const fronts = new NearCopyFinder<(typeof groups)[number]>()
  for (const [index, { image, place }] of ranked.entries()) {
    if (index % STEP_IMAGES === STEP_IMAGES - 1) yield
    const nearest = fronts.nearest(image)
    if (nearest === undefined) {
      const group: (typeof groups)[number] = { first: place, members: [image] }
      groups.push(group)
      fronts.add(image, group)
    } else {
      nearest.members.push(image)
      nearest.first = Math.min(nearest.first, place)
    }
  }
  return groups.sort((one, other) => one.first - other.first).map(({ members }) => members)
}

/**
 * Finds near copies among images, each kept with something that stands for it, in some nanoseconds for each. Whoever adds
 * them bounds how many: 24 bytes for each, and what is kept.
 */
export class NearCopyFinder<Kept> {
  #words = new Int32Array(2 * FIRST_ROOM)
  /** `NaN` where the proportions are not known. */
  #proportions = new Float64Array(2 * FIRST_ROOM)
  readonly #kept: Kept[] = []

  /** How many are kept. */
  get size(): number {
    return this.#kept.length
  }

  /** Keeps an image. One of unknown likeness is not kept, as it is nobody's copy. */
  add(image: Comparable, kept: Kept): void {
    const looks = looksOf(image)
    if (looks === undefined) return
    const at = 2 * this.#kept.length
    if (at === this.#words.length) this.#makeRoom()
    this.#words[at] = looks.high
    this.#words[at + 1] = looks.low
    this.#proportions[at] = looks.proportion
    this.#proportions[at + 1] = looks.rounding
    this.#kept.push(kept)
  }

  /** What stands for the nearest copy of an image, of two the one that was kept first; `undefined` where there is none. */
  nearest(image: Comparable): Kept | undefined {
    const looks = looksOf(image)
    if (looks === undefined) return undefined
    let least = COPY_BITS + 1
    let found = -1
    const words = this.#words
    for (let index = 0; index < this.#kept.length; index += 1) {
      const at = 2 * index
      const apart = setBits(looks.high ^ (words[at] ?? 0), looks.low ^ (words[at + 1] ?? 0))
      if (apart >= least || !this.#hasProportions(at, looks)) continue
      least = apart
      found = index
    }
    return this.#kept[found]
  }

  #hasProportions(at: number, { proportion, rounding }: Looks): boolean {
    const apart = Math.abs(proportion - (this.#proportions[at] ?? 0))
    // Of what is not known, nothing speaks against it.
    return !(apart > PROPORTION_TOLERANCE + rounding + (this.#proportions[at + 1] ?? 0))
  }

  #makeRoom(): void {
    const words = new Int32Array(2 * this.#words.length)
    words.set(this.#words)
    this.#words = words
    const proportions = new Float64Array(2 * this.#proportions.length)
    proportions.set(this.#proportions)
    this.#proportions = proportions
  }
}

/** How many pixels an image has beside another one. */
export function pixelsBeside(
  { details: one = {} }: Comparable,
  { details: other = {} }: Comparable,
): 'smaller' | 'same' | 'larger' | 'unknown' {
  const [ofOne, ofOther] = [pixelsOf(one), pixelsOf(other)]
  if (ofOne === 0 || ofOther === 0) return 'unknown'
  return ofOne === ofOther ? 'same' : ofOne < ofOther ? 'smaller' : 'larger'
}

/** The better of two copies first: more pixels, all colours, more bytes, a format that loses nothing; 0 where they are alike. */
export function compareQuality(
  { details: one = {} }: Comparable,
  { details: other = {} }: Comparable,
): number {
  return (
    pixelsOf(other) - pixelsOf(one) ||
    Number(isOf(FEW_COLOURS, one)) - Number(isOf(FEW_COLOURS, other)) ||
    (other.bytes ?? 0) - (one.bytes ?? 0) ||
    Number(isOf(LOSSLESS, other)) - Number(isOf(LOSSLESS, one))
  )
}

/** What tells copies: the words of the likeness, and the proportions as far as they are known. */
interface Looks {
  readonly high: number
  readonly low: number
  /** The logarithm of width over height, `NaN` where it is not known, and how much rounding the sides may have changed it. */
  readonly proportion: number
  readonly rounding: number
}

function looksOf({ details = {} }: Comparable): Looks | undefined {
  const { likeness, width, height } = details
  if (likeness === undefined) return undefined
  const words = { high: likenessWord(likeness, 0), low: likenessWord(likeness, 1) }
  return width === undefined || height === undefined
    ? { ...words, proportion: NaN, rounding: 0 }
    : { ...words, proportion: Math.log(width / height), rounding: 1 / Math.min(width, height) }
}

function byQuality<Image extends Comparable>(
  one: { image: Image; place: number },
  other: { image: Image; place: number },
): number {
  return compareQuality(one.image, other.image) || one.place - other.place
}

function pixelsOf({ width = 0, height = 0 }: ImageDetails): number {
  return width * height
}

function isOf(formats: ReadonlySet<string>, { format = '' }: ImageDetails): boolean {
  return formats.has(format)
}
