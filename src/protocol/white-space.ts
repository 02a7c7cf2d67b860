/**
 * "White space around a message is ignored" means what the servers in the field strip: Python's `str.strip()`, which
 * is Unicode's White_Space plus the four ASCII separators 0x1C-0x1F (Python library reference, `str.isspace`).
 */
const WIDE = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
  0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
])

function isNarrow(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1f)
}

/** The code point of the two- or three-byte UTF-8 sequence at `at`, or -1 where there is none. */
function wideAt(bytes: Uint8Array, at: number, length: 2 | 3): number {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + length)
  if (length === 2) return (first & 0xe0) === 0xc0 ? ((first & 0x1f) << 6) | (second & 0x3f) : -1
  return (first & 0xf0) === 0xe0 ? ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f) : -1
}

/** The offset of the first byte in `[start, end)` that is not white space. `bytes` is valid UTF-8 there. */
export function skipWhiteSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (isNarrow(byte)) at += 1
    else if (byte < 0x80) break
    else if (at + 2 <= end && WIDE.has(wideAt(bytes, at, 2))) at += 2
    else if (at + 3 <= end && WIDE.has(wideAt(bytes, at, 3))) at += 3
    else break
  }
  return at
}

/** The offset after the last byte in `[start, end)` that is not white space. `bytes` is valid UTF-8 there. */
export function dropWhiteSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = end
  while (at > start) {
    const byte = bytes[at - 1] ?? 0
    if (isNarrow(byte)) at -= 1
    else if (byte < 0x80) break
    else if (at - 2 >= start && WIDE.has(wideAt(bytes, at - 2, 2))) at -= 2
    else if (at - 3 >= start && WIDE.has(wideAt(bytes, at - 3, 3))) at -= 3
    else break
  }
  return at
}
