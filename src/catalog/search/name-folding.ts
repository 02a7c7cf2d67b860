import { MAX_NAME_BYTES } from '../../protocol/limits.ts'

/** Letters that Unicode does not take apart (NFKD), or that look different at the end of a word, and what people type for them. */
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
  ς: 'σ',
}
const UNDIVIDED_LETTERS = new RegExp(`[${Object.keys(UNDIVIDED).join('')}]`, 'gu')

/**
 * A text in which case and accents do not count: “Praça” is “praca” (NFKD without marks, in lower case). Each character
 * becomes what it becomes alone, whatever stands beside it.
 */
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
export const MAX_FOLDED_BYTES: number = MAX_NAME_BYTES * 2

/** For each byte of ASCII, its lower case. */
const LOWER = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x41 && code <= 0x5a ? code + 0x20 : code,
)

/**
 * What characters of the Basic Multilingual Plane become, as far as they were met: the number of bytes in the top byte, and
 * up to three bytes below it; 0 for one not met yet. 256 KiB.
 */
const SHORT_FOLDED = new Uint32Array(0x1_0000)
const COUNT_SHIFT = 24
/** The count of one that becomes more, or nothing. */
const IS_LONG = 0xff << COUNT_SHIFT
const MAX_SHORT_BYTES = 3

/** What other characters become; up to so many of them: enough for all of Korean, which comes apart into its letters. */
const LONG_FOLDED = new Map<number, Uint8Array>()
const MAX_LONG_FOLDED = 20_000

/**
 * Folds the name in the first `length` bytes of `name`, valid UTF-8, into `into` from `at` on, {@link MAX_FOLDED_BYTES} at
 * most, and answers where it ends.
 */
export function foldName(name: Uint8Array, length: number, into: Uint8Array, at: number): number {
  const end = at + MAX_FOLDED_BYTES
  let to = at
  for (let from = 0; from < length; ) {
    const first = name[from] ?? 0
    if (first < 0x80) {
      if (to === end) break
      into[to] = LOWER[first] ?? 0
      to += 1
      from += 1
      continue
    }
    const bytes = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    const character = characterAt(name, from, first, bytes)
    from += bytes
    const short =
      character < SHORT_FOLDED.length ? (SHORT_FOLDED[character] ?? 0) || shorten(character) : IS_LONG
    if (short >>> COUNT_SHIFT !== IS_LONG >>> COUNT_SHIFT) {
      const count = short >>> COUNT_SHIFT
      if (to + count > end) break
      for (let index = 0; index < count; index += 1) into[to + index] = (short >>> (index * 8)) & 0xff
      to += count
    } else {
      const folded = LONG_FOLDED.get(character) ?? foldLong(character)
      if (to + folded.length > end) break
      into.set(folded, to)
      to += folded.length
    }
  }
  return to
}

function characterAt(name: Uint8Array, from: number, first: number, bytes: number): number {
  let character = first & (0x7f >> bytes)
  for (let index = 1; index < bytes; index += 1) {
    character = (character << 6) | ((name[from + index] ?? 0) & 0x3f)
  }
  return character
}

function shorten(character: number): number {
  const folded = foldCharacter(character)
  let short = IS_LONG
  if (folded.length > 0 && folded.length <= MAX_SHORT_BYTES) {
    short = folded.length << COUNT_SHIFT
    folded.forEach((byte, index) => {
      short |= byte << (index * 8)
    })
  }
  SHORT_FOLDED[character] = short
  return short >>> 0
}

function foldLong(character: number): Uint8Array {
  const folded = foldCharacter(character)
  if (LONG_FOLDED.size < MAX_LONG_FOLDED) LONG_FOLDED.set(character, folded)
  return folded
}

function foldCharacter(character: number): Uint8Array {
  return new TextEncoder().encode(foldText(String.fromCodePoint(character)))
}

/** Whether `word`, which is not empty, stands in `[start, end)` of `text`. */
export function holdsWord(text: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  const first = word[0]
  const last = end - word.length
  for (let at = start; at <= last; at += 1) {
    if (text[at] !== first) continue
    let matched = 1
    while (matched < word.length && text[at + matched] === word[matched]) matched += 1
    if (matched === word.length) return true
  }
  return false
}
