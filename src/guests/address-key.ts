import { ADDRESS_BYTES, isIPv4Mapped, writeAddress } from '../protocol/ip-address.ts'

/** Bytes of an IPv6 address that a provider gives to one household; the rest its computers choose as they like. */
const PREFIX_BYTES = 8

/** By what one guest is counted: an IPv4 address, or the network of an IPv6 one. */
export function addressKey(address: string): string {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  if (!writeAddress(address.replace(/%.*$/, ''), bytes)) return 'unknown'
  return Buffer.from(isIPv4Mapped(bytes) ? bytes : bytes.subarray(0, PREFIX_BYTES)).toString('hex')
}
