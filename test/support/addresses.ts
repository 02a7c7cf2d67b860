import { ADDRESS_BYTES, writeAddress } from '../../src/protocol/ip-address.ts'

/** The 16 bytes of an address given as text. */
export function addressBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  if (!writeAddress(text, bytes)) throw new TypeError(`not an address: ${text}`)
  return bytes
}
