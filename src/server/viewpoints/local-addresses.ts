import type { NetworkInterfaceInfo } from 'node:os'
import { isLinkLocal } from '../../protocol/address-scope.ts'
import { ADDRESS_BYTES, isIPv4Mapped, writeAddress } from '../../protocol/ip-address.ts'

/** What `os.networkInterfaces` tells. */
export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** Addresses looked at, at most: each is compared with the asker of every listing. Machines have a handful. */
export const MAX_LOCAL_ADDRESSES = 256

const WORDS = ADDRESS_BYTES / 4

interface LocalAddress {
  readonly address: Uint8Array
  readonly mask: Uint8Array
  readonly maskBits: number
  /** Of the loopback interface, which no other machine is on. */
  readonly isInternal: boolean
}

/** The machine's own addresses and the networks they are on, at one moment. */
export class LocalAddresses {
  /** Those of the smallest networks first, so that the first network an address is on is the closest. */
  readonly #addresses: readonly LocalAddress[]
  /** The addresses and then the masks, each by words. */
  readonly #words: Uint32Array
  readonly #ipv4: readonly Uint8Array[]
  readonly #ipv6: readonly Uint8Array[]
  readonly #ipv6LinkLocal: readonly Uint8Array[]
  readonly #asked = new Uint32Array(WORDS)
  readonly #askedBytes = new Uint8Array(this.#asked.buffer)

  constructor(interfaces: Interfaces) {
    const found = Object.values(interfaces)
      .flatMap(list => list ?? [])
      .map(localAddress)
      .filter(address => address !== undefined)
      .slice(0, MAX_LOCAL_ADDRESSES)
    const reachable = found.filter(({ isInternal }) => !isInternal).map(({ address }) => address)
    this.#ipv4 = reachable.filter(address => isIPv4Mapped(address) && !isLinkLocal(address))
    this.#ipv6 = reachable.filter(address => !isIPv4Mapped(address) && !isLinkLocal(address))
    this.#ipv6LinkLocal = reachable.filter(address => !isIPv4Mapped(address) && isLinkLocal(address))
    this.#addresses = found.sort((a, b) => b.maskBits - a.maskBits)
    this.#words = new Uint32Array(this.#addresses.length * 2 * WORDS)
    const bytes = new Uint8Array(this.#words.buffer)
    this.#addresses.forEach(({ address, mask }, index) => {
      bytes.set(address, index * 2 * ADDRESS_BYTES)
      bytes.set(mask, (index * 2 + 1) * ADDRESS_BYTES)
    })
  }

  /**
   * Addresses that machines elsewhere may reach this one by, in the system's order: none of the loopback interface, none
   * that means something on one network only. The arrays are never written to.
   */
  reachable(family: 'ipv4' | 'ipv6'): readonly Uint8Array[] {
    return family === 'ipv4' ? this.#ipv4 : this.#ipv6
  }

  /** Our IPv6 addresses that mean something on one network only, one for each such network. */
  get ipv6LinkLocal(): readonly Uint8Array[] {
    return this.#ipv6LinkLocal
  }

  /** The address at `offset` of `bytes` where it is one of ours, the loopback interface's included. */
  own(bytes: Uint8Array, offset = 0): Uint8Array | undefined {
    this.#ask(bytes, offset)
    for (let index = 0; index < this.#addresses.length; index += 1) {
      if (this.#isOwn(index)) return this.#addresses[index]?.address
    }
    return undefined
  }

  /** Our address on the smallest network that the address at `offset` of `bytes` is on, the loopback's left out. */
  neighbour(bytes: Uint8Array, offset = 0): Uint8Array | undefined {
    this.#ask(bytes, offset)
    for (let index = 0; index < this.#addresses.length; index += 1) {
      const local = this.#addresses[index]
      if (local !== undefined && !local.isInternal && this.#isOnNetwork(index)) return local.address
    }
    return undefined
  }

  /** True for the address that means every machine on one of our IPv4 networks (RFC 919). */
  isDirectedBroadcast(bytes: Uint8Array, offset = 0): boolean {
    if (!isIPv4Mapped(bytes, offset)) return false
    this.#ask(bytes, offset)
    return this.#addresses.some(
      // A network of one or two addresses has none (RFC 3021).
      ({ maskBits }, index) =>
        maskBits < ADDRESS_BYTES * 8 - 1 && this.#isOnNetwork(index) && this.#isLastOf(index),
    )
  }

  #ask(bytes: Uint8Array, offset: number): void {
    for (let index = 0; index < ADDRESS_BYTES; index += 1)
      this.#askedBytes[index] = bytes[offset + index] ?? 0
  }

  #isOwn(index: number): boolean {
    const at = index * 2 * WORDS
    for (let word = 0; word < WORDS; word += 1) {
      if (this.#asked[word] !== this.#words[at + word]) return false
    }
    return true
  }

  #isOnNetwork(index: number): boolean {
    const at = index * 2 * WORDS
    for (let word = 0; word < WORDS; word += 1) {
      const difference = (this.#asked[word] ?? 0) ^ (this.#words[at + word] ?? 0)
      if ((difference & (this.#words[at + WORDS + word] ?? 0)) !== 0) return false
    }
    return true
  }

  /** Whether all bits that the mask leaves are set. */
  #isLastOf(index: number): boolean {
    const mask = index * 2 * WORDS + WORDS
    for (let word = 0; word < WORDS; word += 1) {
      if (~((this.#asked[word] ?? 0) | (this.#words[mask + word] ?? 0)) !== 0) return false
    }
    return true
  }
}

/** True where both tell the same addresses and networks. */
export function hasSameAddresses(a: Interfaces, b: Interfaces): boolean {
  return factsOf(a) === factsOf(b)
}

function factsOf(interfaces: Interfaces): string {
  const lists = Object.values(interfaces).flatMap(list => list ?? [])
  return lists.map(({ address, netmask, internal }) => `${address} ${netmask} ${internal}`).join()
}

function localAddress(info: NetworkInterfaceInfo): LocalAddress | undefined {
  const address = new Uint8Array(ADDRESS_BYTES)
  if (!writeAddress(info.address, address)) return undefined
  const mask = new Uint8Array(ADDRESS_BYTES)
  // A mask that is none makes a network of this address alone.
  if (!writeAddress(info.netmask, mask)) mask.fill(0xff)
  // An IPv4 mask is about the last four bytes; the others are the same in all IPv4 addresses.
  else if (isIPv4Mapped(address)) mask.fill(0xff, 0, 12)
  const maskBits = mask.reduce((bits, byte) => bits + byte.toString(2).replaceAll('0', '').length, 0)
  return { address, mask, maskBits, isInternal: info.internal }
}
