import { isIPv4 } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { formatAddress } from '../../../src/protocol/ip-address.ts'

/** What the system tells of an address of a network interface. */
export function networkInterface(address: string, maskBits: number, internal = false): NetworkInterfaceInfo {
  const facts = { address, mac: '00:00:00:00:00:00', internal, cidr: `${address}/${maskBits}` }
  return isIPv4(address)
    ? { ...facts, family: 'IPv4', netmask: mask(maskBits, 4).join('.') }
    : { ...facts, family: 'IPv6', netmask: formatAddress(mask(maskBits, 16)), scopeid: 0 }
}

function mask(bits: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 0xff00 >> Math.min(Math.max(bits - index * 8, 0), 8))
}
