import { isIPv4, isIPv6 } from 'node:net'
import { MAX_PORT } from './limits.ts'

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
