import { isIPv4, isIPv6 } from 'node:net'
import { formatAddress, isIPv4Mapped } from './ip-address.ts'
import { MAX_PORT } from './limits.ts'

const DOT = 0x2e
const COLON = 0x3a
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const DIGIT_ZERO = 0x30

/** Where something listens: an IP address in its usual text form (IPv6 without brackets) and a port from 1 to 65535. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** A decimal port from 1 to 65535, at most five digits; anything else is `undefined`. */
export function parsePort(text: string): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port >= 1 && port <= MAX_PORT ? port : undefined
}

/** `1.2.3.4:80`, or `[::1]:80` for IPv6 (RFC 3986 section 3.2.2). */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Bytes that {@link writeEndpoint} writes, at most: an IPv6 address of eight groups of four digits, and a port. */
export const MAX_ENDPOINT_BYTES: number = '[0000:0000:0000:0000:0000:0000:0000:0000]:65535'.length

/**
 * Writes what {@link formatEndpoint} gives for the 16 address bytes at `addressStart` into `into` from `at` on, and
 * answers where it ends.
 */
export function writeEndpoint(
  address: Uint8Array,
  addressStart: number,
  port: number,
  into: Uint8Array,
  at: number,
): number {
  let to = at
  if (isIPv4Mapped(address, addressStart)) {
    for (let index = 12; index < 16; index += 1) {
      if (index > 12) to = writeCharacter(DOT, into, to)
      to = writeDecimal(address[addressStart + index] ?? 0, into, to)
    }
  } else {
    to = writeCharacter(OPENING_BRACKET, into, to)
    const text = formatAddress(address, addressStart)
    for (let index = 0; index < text.length; index += 1) to = writeCharacter(text.charCodeAt(index), into, to)
    to = writeCharacter(CLOSING_BRACKET, into, to)
  }
  return writeDecimal(port, into, writeCharacter(COLON, into, to))
}

/** The reverse of {@link formatEndpoint}: addresses only, no host names; anything else is `undefined`. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const parts = /^(?:([0-9.]{7,15})|\[([0-9a-fA-F:.]{2,45})\]):([0-9]{1,5})$/.exec(text)
  if (parts === null) return undefined
  const [, ipv4, ipv6, portText = ''] = parts
  const port = parsePort(portText)
  if (port === undefined) return undefined
  if (ipv4 !== undefined) return isIPv4(ipv4) ? { address: ipv4, port } : undefined
  return ipv6 !== undefined && isIPv6(ipv6) ? { address: ipv6, port } : undefined
}

function writeCharacter(code: number, into: Uint8Array, at: number): number {
  into[at] = code
  return at + 1
}

/** Writes an integer from 0 to 99,999 without leading zeros. */
function writeDecimal(value: number, into: Uint8Array, at: number): number {
  const digits = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5
  let rest = value
  for (let to = at + digits - 1; to >= at; to -= 1) {
    into[to] = DIGIT_ZERO + (rest % 10)
    rest = (rest / 10) | 0
  }
  return at + digits
}
