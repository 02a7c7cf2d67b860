import type { ImageDetails } from '../../protocol/image-details.ts'
import { likenessDistance } from '../../protocol/likeness.ts'

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

/** Formats of 256 colours, which no photograph is best kept in, and those that keep every pixel. */
const FEW_COLOURS: ReadonlySet<string> = new Set(['gif'])
const LOSSLESS: ReadonlySet<string> = new Set(['png', 'tiff', 'bmp', 'ppm'])

/**
 * Folds images into groups of near copies. Groups stand where their first image stood; within one the best copy comes
 * first, the others in order after it. An image joins the nearest group whose best copy it is near to, so that all of a
 * group are near to one, and not each only to the next. One of unknown likeness is a group of its own.
 *
 * Takes time in proportion to images times groups: meant for what is shown at a time, some thousands.
 */
export function foldNearCopies<Image extends Comparable>(images: readonly Image[]): NearCopies<Image>[] {
  const ranked = images.map((image, place) => ({ image, place })).sort(byQuality)
  const groups: { first: number; members: [Image, ...Image[]] }[] = []
  for (const { image, place } of ranked) {
    let nearest: (typeof groups)[number] | undefined
    let least = COPY_BITS + 1
    for (const group of groups) {
      const apart = copyDistance(image, group.members[0])
      if (apart >= least) continue
      nearest = group
      least = apart
    }
    if (nearest === undefined) {
      groups.push({ first: place, members: [image] })
    } else {
      nearest.members.push(image)
      nearest.first = Math.min(nearest.first, place)
    }
  }
  return groups.sort((one, other) => one.first - other.first).map(({ members }) => members)
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

/** Whether two images are near copies of one picture. */
export function areNearCopies(one: Comparable, other: Comparable): boolean {
  return copyDistance(one, other) <= COPY_BITS
}

/** Bits in which the likenesses differ; more than there are where one is unknown or the proportions are others. */
function copyDistance({ details: one = {} }: Comparable, { details: other = {} }: Comparable): number {
  if (one.likeness === undefined || other.likeness === undefined) return Number.POSITIVE_INFINITY
  return haveSameProportions(one, other)
    ? likenessDistance(one.likeness, other.likeness)
    : Number.POSITIVE_INFINITY
}

function haveSameProportions(one: ImageDetails, other: ImageDetails): boolean {
  if (one.width === undefined || one.height === undefined) return true
  if (other.width === undefined || other.height === undefined) return true
  const ratio = (one.width * other.height) / (one.height * other.width)
  return Math.abs(Math.log(ratio)) <= PROPORTION_TOLERANCE + roundingOf(one) + roundingOf(other)
}

/** What rounding its sides to whole pixels may do to the proportion of an image. */
function roundingOf({ width = 1, height = 1 }: ImageDetails): number {
  return 1 / Math.min(width, height)
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
