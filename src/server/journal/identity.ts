import { ADDRESS_BYTES } from '../../protocol/ip-address.ts'
import type { PeerIdentity } from '../index-state.ts'

/** A registration's identity as the journal writes it: 16 bytes of address (protocol/ip-address.ts), 2 of port. */
export const IDENTITY_BYTES: number = ADDRESS_BYTES + 2

/** The same as text, one character a byte: for sets and maps, and in the order of the bytes. */
declare const keyBrand: unique symbol
export type IdentityKey = string & { readonly [keyBrand]: true }

export function identityKey(bytes: Uint8Array, start: number): IdentityKey {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, IDENTITY_BYTES)
  return view.toString('latin1') as IdentityKey
}

/** The address stands at `addressStart` of `address`. */
export function keyOf(address: Uint8Array, addressStart: number, port: number): IdentityKey {
  const view = Buffer.from(address.buffer, address.byteOffset + addressStart, ADDRESS_BYTES)
  return (view.toString('latin1') + String.fromCharCode(port >> 8, port & 0xff)) as IdentityKey
}

export function keyOfPeer({ address, port }: PeerIdentity): IdentityKey {
  return keyOf(address, 0, port)
}

export function identityBytes(key: IdentityKey): Uint8Array {
  return Buffer.from(key, 'latin1')
}

/** Reads the identity at `start`; the address is a copy. */
export function readIdentity(bytes: Uint8Array, start: number): PeerIdentity {
  const portAt = start + ADDRESS_BYTES
  return {
    address: new Uint8Array(bytes.subarray(start, portAt)),
    port: ((bytes[portAt] ?? 0) << 8) | (bytes[portAt + 1] ?? 0),
  }
}
