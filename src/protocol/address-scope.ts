import { ADDRESS_BYTES, isIPv4Mapped } from './ip-address.ts'

/** What kind of address stands in the 16 bytes at `offset`, IPv4 as IPv4-mapped (see ip-address.ts). */

/** `127.0.0.0/8` and `::1`: the machine itself. A datagram from there cannot have come from outside (RFC 1122, RFC 4291). */
export function isLoopback(bytes: Uint8Array, offset = 0): boolean {
  if (isIPv4Mapped(bytes, offset)) return bytes[offset + 12] === 127
  return bytes[offset + ADDRESS_BYTES - 1] === 1 && isZero(bytes, offset, ADDRESS_BYTES - 1)
}

/** `0.0.0.0/8` and `::`: no address of anybody. */
export function isUnspecified(bytes: Uint8Array, offset = 0): boolean {
  return isIPv4Mapped(bytes, offset) ? bytes[offset + 12] === 0 : isZero(bytes, offset, ADDRESS_BYTES)
}

/** `224.0.0.0/4` and `ff00::/8`. */
export function isMulticast(bytes: Uint8Array, offset = 0): boolean {
  if (isIPv4Mapped(bytes, offset)) return ((bytes[offset + 12] ?? 0) & 0xf0) === 0xe0
  return bytes[offset] === 0xff
}

/** `255.255.255.255`: everybody on the network at hand. */
export function isLimitedBroadcast(bytes: Uint8Array, offset = 0): boolean {
  if (!isIPv4Mapped(bytes, offset)) return false
  for (let index = 12; index < ADDRESS_BYTES; index += 1) {
    if (bytes[offset + index] !== 0xff) return false
  }
  return true
}

/** `169.254.0.0/16` and `fe80::/10`: means something on one network only (RFC 3927, RFC 4291). */
export function isLinkLocal(bytes: Uint8Array, offset = 0): boolean {
  if (isIPv4Mapped(bytes, offset)) return bytes[offset + 12] === 169 && bytes[offset + 13] === 254
  return bytes[offset] === 0xfe && ((bytes[offset + 1] ?? 0) & 0xc0) === 0x80
}

function isZero(bytes: Uint8Array, offset: number, count: number): boolean {
  for (let index = 0; index < count; index += 1) {
    if (bytes[offset + index] !== 0) return false
  }
  return true
}
