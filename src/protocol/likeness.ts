/**
 * How a picture looks, in 64 bits: a perceptual hash that an owner makes of it and tells with its details. Hashes of one
 * picture in other sizes, formats and qualities differ in few bits; PROTOCOL.md says how it is made.
 *
 *     likeness = 16 HEXDIG                       ; lower case, not all zeros
 *
 * Some half of a hash's bits are set; none at all where there is nothing to be seen, which is no likeness.
 */
export const LIKENESS_PATTERN = '^(?!0{16}$)[0-9a-f]{16}$'

/**
 * Bits in which two pictures that look alike differ at most. `npm run likeness` measures what that finds and what it finds
 * amiss; two pictures that have nothing to do with each other differ in some 32.
 */
export const ALIKE_BITS = 14

/** Bits in which two likenesses differ: 0 to 64. Both are as {@link LIKENESS_PATTERN} says. */
export function likenessDistance(one: string, other: string): number {
  return setBits(likenessWord(one, 0) ^ likenessWord(other, 0), likenessWord(one, 1) ^ likenessWord(other, 1))
}

/** The higher (0) or the lower (1) 32 bits of a likeness. */
export function likenessWord(likeness: string, word: 0 | 1): number {
  return Number.parseInt(likeness.slice(word * 8, word * 8 + 8), 16)
}

/** The reverse of {@link likenessWord}; `undefined` for words that are both 0, which is no likeness. */
export function likenessOfWords(high: number, low: number): string | undefined {
  return (high | low) === 0 ? undefined : hexadecimal(high) + hexadecimal(low)
}

function hexadecimal(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** How many bits of two words are set, added up side by side (Warren, Hacker's Delight, 5-1). */
export function setBits(high: number, low: number): number {
  const highPairs = high - ((high >>> 1) & 0x5555_5555)
  const lowPairs = low - ((low >>> 1) & 0x5555_5555)
  const fours =
    (highPairs & 0x3333_3333) +
    ((highPairs >>> 2) & 0x3333_3333) +
    (lowPairs & 0x3333_3333) +
    ((lowPairs >>> 2) & 0x3333_3333)
  const eights = (fours & 0x0f0f_0f0f) + ((fours >>> 4) & 0x0f0f_0f0f)
  return Math.imul(eights, 0x0101_0101) >>> 24
}
