import { isIPv4Mapped } from '../protocol/ip-address.ts'

/** Words of an address's prefix. */
export const PREFIX_WORDS = 2

const IPV4 = 4
const IPV6 = 6

/**
 * Writes the prefix of the address at `offset` of `bytes` (16 bytes) into `into`: the first 24 bits of an IPv4 address, the
 * least that is announced on the internet and so one network's, or 56 of an IPv6 address, what a household is given
 * (RFC 6177). The last byte tells the family, so the two never fall together, and no prefix is zero.
 */
export function writePrefix(bytes: Uint8Array, offset: number, into: Uint32Array): void {
  if (isIPv4Mapped(bytes, offset)) {
    into[0] = 0
    into[1] = word(bytes[offset + 12], bytes[offset + 13], bytes[offset + 14], IPV4)
  } else {
    into[0] = word(bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3])
    into[1] = word(bytes[offset + 4], bytes[offset + 5], bytes[offset + 6], IPV6)
  }
}

function word(first = 0, second = 0, third = 0, fourth = 0): number {
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0
}
