import { MAX_NAME_BYTES } from '../../protocol/limits.ts'
import type { Images } from '../images.ts'

/** Letters that Unicode does not take apart (NFKD), and what people type for them. */
const UNDIVIDED: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ß: 'ss',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}
const UNDIVIDED_LETTERS = new RegExp(`[${Object.keys(UNDIVIDED).join('')}]`, 'gu')

/** A text in which case and accents do not count: “Praça” is “praca” (NFKD without marks, in lower case). */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(UNDIVIDED_LETTERS, letter => UNDIVIDED[letter] ?? letter)
}

/** The words of a search, as bytes of their folded form. */
export function foldedWords(search: string): readonly Uint8Array[] {
  const words = foldText(search)
    .split(/\s+/u)
    .filter(word => word !== '')
  return [...new Set(words)].map(word => new TextEncoder().encode(word))
}

/**
 * Bytes that a folded name may take: one character of three bytes may become eighteen (U+FDFA), most become fewer. What is
 * longer is cut, and not found by what was cut off.
 */
const MAX_FOLDED_BYTES = MAX_NAME_BYTES * 2

/** For each byte of ASCII, its lower case. */
const LOWER = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x41 && code <= 0x5a ? code + 0x20 : code,
)

/** Folds the names of images, one after another, without a string where a name is plain ASCII. */
export class NameFolder {
  readonly #images: Images
  /** The folded name, up to {@link length}. */
  readonly bytes: Uint8Array = new Uint8Array(MAX_FOLDED_BYTES)
  length = 0

  constructor(images: Images) {
    this.#images = images
  }

  /** Takes the name of an image. */
  take(image: number): void {
    const length = this.#images.copyMappedName(image, LOWER, this.bytes)
    if (length === -1) this.#foldText(image)
    else this.length = length
  }

  #foldText(image: number): void {
    const folded = foldText(this.#images.nameOf(image))
    this.length = new TextEncoder().encodeInto(folded, this.bytes).written
  }

  /** Whether the folded name holds `word`, which is not empty. */
  holds(word: Uint8Array): boolean {
    const { bytes } = this
    const first = word[0]
    const last = this.length - word.length
    for (let at = 0; at <= last; at += 1) {
      if (bytes[at] !== first) continue
      let matched = 1
      while (matched < word.length && bytes[at + matched] === word[matched]) matched += 1
      if (matched === word.length) return true
    }
    return false
  }
}
