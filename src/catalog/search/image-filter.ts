import type { ImageQuery } from '../../protocol/catalog-api.ts'
import { type FormatWords, formatWords } from '../details.ts'
import type { Images } from '../images.ts'
import { NO_ROW } from '../rows.ts'
import { foldedWords, holdsWord } from './name-folding.ts'
import { type FilterBits, filterBitsOf } from './name-signatures.ts'

/** What details say where they do not know; a lower bound of 0 is none, and lets it pass. */
const UNKNOWN = -1

/** Which images a query wants, ready to be asked of one after another. What is not known of an image does not fit a bound. */
export class ImageFilter {
  readonly #words: readonly Uint8Array[]
  readonly #formats: readonly FormatWords[]
  readonly #minBytes: number
  readonly #maxBytes: number
  readonly #minWidth: number
  readonly #minHeight: number
  readonly #orientation: ImageQuery['orientation']
  readonly #needsDetails: boolean
  /** What the filters of names must hold, see {@link NameSignatures}. */
  readonly bits: FilterBits

  constructor(query: ImageQuery) {
    const { search = '', format, minBytes, maxBytes, minWidth, minHeight, orientation } = query
    this.#words = foldedWords(search)
    this.bits = filterBitsOf(this.#words)
    this.#formats = (format?.split(',') ?? []).map(formatWords)
    this.#minBytes = minBytes || UNKNOWN
    this.#maxBytes = maxBytes ?? Number.POSITIVE_INFINITY
    this.#minWidth = minWidth || UNKNOWN
    this.#minHeight = minHeight || UNKNOWN
    this.#orientation = orientation
    const isBounded = [format, minBytes, maxBytes, minWidth, minHeight, orientation].some(
      bound => bound !== undefined,
    )
    this.#needsDetails = isBounded
  }

  /** Whether names count. */
  get hasWords(): boolean {
    return this.#words.length > 0
  }

  /** Whether there are images that the query does not want. */
  get isRestricting(): boolean {
    return this.hasWords || this.#needsDetails
  }

  /** Whether any of the names in `text` may be one that the query wants: a glance at all of them together. */
  mayTakeNameOf(text: Buffer): boolean {
    for (const word of this.#words) {
      if (text.indexOf(word) === -1) return false
    }
    return true
  }

  /** Whether the folded name in `[start, end)` of `text` is one that the query wants. */
  takesName(text: Uint8Array, start: number, end: number): boolean {
    for (const word of this.#words) {
      if (!holdsWord(text, start, end, word)) return false
    }
    return true
  }

  /** Whether the details of an image are such as the query wants. */
  takesDetails(image: number, images: Images): boolean {
    if (!this.#needsDetails) return true
    const row = images.detailsOf(image)
    if (row === NO_ROW) return false
    const { details } = images
    if (this.#formats.length > 0 && !this.#formats.some(format => details.hasFormat(row, format)))
      return false
    const bytes = details.bytes(row)
    if (bytes < this.#minBytes || bytes > this.#maxBytes) return false
    if (bytes === UNKNOWN && this.#maxBytes !== Number.POSITIVE_INFINITY) return false
    const width = details.width(row)
    const height = details.height(row)
    if (width < this.#minWidth || height < this.#minHeight) return false
    switch (this.#orientation) {
      case undefined:
        return true
      case 'landscape':
        return width > height
      case 'portrait':
        return height > width
      case 'square':
        return width === height && width !== UNKNOWN
      default:
        return this.#orientation satisfies never
    }
  }
}
