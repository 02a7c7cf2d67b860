/**
 * IP addresses as 16 bytes, the form in which the catalog keeps them and a dual-stack socket delivers them: an IPv4
 * address is written as the IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2).
 */
export const ADDRESS_BYTES = 16

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const

/**
 * Writes the address in `text` (IPv4, IPv6 or IPv4-mapped, a zone `%eth0` ignored) and says whether it was one; if not,
 * what stands in the 16 bytes is undefined. Called for every datagram, hence one pass without regular expressions.
 */
export function writeAddress(text: string, into: Uint8Array, offset = 0): boolean {
  const zoneAt = text.indexOf('%')
  const end = zoneAt === -1 ? text.length : zoneAt
  if (text.indexOf(':') !== -1) return writeGroups(text, end, into, offset)
  into.set(MAPPED_PREFIX, offset)
  return writeDotted(text, 0, end, into, offset + 12)
}

/** Writes `a.b.c.d` in `[from, end)` of `text` as 4 bytes; without leading zeros, which some would read as octal. */
function writeDotted(text: string, from: number, end: number, into: Uint8Array, offset: number): boolean {
  let byte = 0
  let value = 0
  let digits = 0
  for (let index = from; index <= end; index += 1) {
    const character = index < end ? text.charCodeAt(index) : DOT
    if (character === DOT) {
      if (digits === 0 || byte === 4) return false
      into[offset + byte] = value
      byte += 1
      value = 0
      digits = 0
    } else {
      const digit = character - DIGIT_ZERO
      if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false
      value = value * 10 + digit
      digits += 1
      if (value > 255) return false
    }
  }
  return byte === 4
}

/** Writes the IPv6 address (RFC 4291 section 2.2) in `[0, end)` of `text` as 16 bytes. */
function writeGroups(text: string, end: number, into: Uint8Array, offset: number): boolean {
  let at = 0
  let gapAt = -1
  let index = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gapAt = 0
    index = 2
  }
  while (index < end) {
    const start = index
    let value = 0
    let digit = hexDigit(text.charCodeAt(index))
    while (index < end && digit !== -1) {
      value = value * 16 + digit
      index += 1
      digit = hexDigit(text.charCodeAt(index))
    }
    if (index < end && text.charCodeAt(index) === DOT) {
      if (at > 12 || !writeDotted(text, start, end, into, offset + at)) return false
      at += 4
      break
    }
    if (index === start || index - start > 4 || at > 14) return false
    into[offset + at] = value >> 8
    into[offset + at + 1] = value & 0xff
    at += 2
    if (index === end) break
    if (text.charCodeAt(index) !== COLON) return false
    index += 1
    if (index < end && text.charCodeAt(index) === COLON) {
      if (gapAt !== -1) return false
      gapAt = at
      index += 1
    } else if (index === end) return false
  }
  if (gapAt === -1) return at === ADDRESS_BYTES
  if (at === ADDRESS_BYTES) return false
  const tail = at - gapAt
  into.copyWithin(offset + ADDRESS_BYTES - tail, offset + gapAt, offset + at)
  into.fill(0, offset + gapAt, offset + ADDRESS_BYTES - tail)
  return true
}

const DIGIT_ZERO = 0x30
const COLON = 0x3a
const DOT = 0x2e

/** The value of a hexadecimal digit's character code; -1 for any other. */
function hexDigit(character: number): number {
  if (character >= DIGIT_ZERO && character <= 0x39) return character - DIGIT_ZERO
  const lower = character | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** True when the 16 bytes at `offset` are an IPv4 address. */
export function isIPv4Mapped(bytes: Uint8Array, offset = 0): boolean {
  for (let index = 0; index < 12; index += 1) {
    if (bytes[offset + index] !== MAPPED_PREFIX[index]) return false
  }
  return true
}

/** The text of the 16 bytes at `offset`: dotted for IPv4, RFC 5952 (shortest, lower-case) for IPv6. */
export function formatAddress(bytes: Uint8Array, offset = 0): string {
  if (isIPv4Mapped(bytes, offset)) return bytes.subarray(offset + 12, offset + 16).join('.')
  const groups: string[] = []
  for (let index = 0; index < 16; index += 2) {
    groups.push((((bytes[offset + index] ?? 0) << 8) | (bytes[offset + index + 1] ?? 0)).toString(16))
  }
  let zerosAt = -1
  let zeros = 1
  for (let index = 0; index < 8; index += 1) {
    let end = index
    while (end < 8 && groups[end] === '0') end += 1
    if (end - index > zeros) {
      zerosAt = index
      zeros = end - index
    }
  }
  if (zerosAt === -1) return groups.join(':')
  return `${groups.slice(0, zerosAt).join(':')}::${groups.slice(zerosAt + zeros).join(':')}`
}
