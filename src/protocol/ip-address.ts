import { isIPv4, isIPv6 } from 'node:net'

/**
 * IP addresses as 16 bytes, the form in which the catalog keeps them and a dual-stack socket delivers them: an IPv4
 * address is written as the IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2).
 */
export const ADDRESS_BYTES = 16

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const

/** Writes the address in `text` (IPv4, IPv6 or IPv4-mapped, a zone `%eth0` ignored) and says whether it was one. */
export function writeAddress(text: string, into: Uint8Array, offset = 0): boolean {
  const bare = text.split('%', 1)[0] ?? ''
  if (isIPv4(bare)) {
    into.set(MAPPED_PREFIX, offset)
    into.set(bare.split('.').map(Number), offset + 12)
    return true
  }
  if (!isIPv6(bare)) return false
  const dotted = /^(.*:)([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/.exec(bare)
  const groupText =
    dotted === null
      ? bare
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
  const [head = '', tail] = groupText.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  groups.forEach((group, index) => {
    const value = Number.parseInt(group, 16)
    into[offset + index * 2] = value >> 8
    into[offset + index * 2 + 1] = value & 0xff
  })
  return true
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
