import { isLinkLocal, isLoopback, isUnspecified } from '../../protocol/address-scope.ts'
import { ADDRESS_BYTES, isIPv4Mapped } from '../../protocol/ip-address.ts'
import type { Viewpoint } from '../index-state.ts'
import type { LocalNetworks } from './local-networks.ts'
import { RouteCache, type RouteLookup } from './route-cache.ts'

/**
 * A viewpoint as listings are kept by: few are in use at once, and each has a number. It is the same object as long as it
 * stands for the same address; a number that is given to another address comes with another object.
 */
export interface NumberedViewpoint extends Viewpoint {
  /** 0 to {@link MAX_VIEWPOINTS} - 1; 0 is the one that changes nothing. */
  readonly key: number
}

/** Viewpoints in use at once: a server is reached by a handful of addresses, and a listing is kept for each. */
export const MAX_VIEWPOINTS = 16

/** Owners are told as they are recorded: to askers on this machine, and to those whom no address of ours fits. */
export const AS_RECORDED: NumberedViewpoint = { key: 0, loopbackAs: undefined }

interface Entry {
  readonly viewpoint: NumberedViewpoint
  readonly address: Uint8Array
  /** Larger for what was asked for later. */
  usedAt: number
}

/**
 * By which address owners on the server's own machine, who registered as 127.0.0.1 or ::1, are told to each asker. Only
 * addresses that this machine has are told; where none fits, none is made up.
 */
export class Viewpoints {
  readonly #networks: LocalNetworks
  readonly #routes: RouteCache
  readonly #entries: Entry[] = []
  #uses = 0
  /** The addresses that the routes were found for. */
  #addresses: LocalNetworks['addresses']

  constructor(networks: LocalNetworks, lookup: RouteLookup) {
    this.#networks = networks
    this.#routes = new RouteCache(lookup)
    this.#addresses = networks.addresses
  }

  /** The viewpoint of who asks over UDP from the address at `offset` of `asker`: what it reached us by is not known. */
  viewpointOf(asker: Uint8Array, offset = 0): NumberedViewpoint {
    if (isLoopback(asker, offset)) return AS_RECORDED
    return this.#viewpointAs(this.#addressTowards(asker, offset))
  }

  /** The viewpoint of who asks over a connection between these two addresses. */
  viewpointOfConnection(remote: Uint8Array, local: Uint8Array): NumberedViewpoint {
    if (isLoopback(remote) || isLoopback(local) || isUnspecified(local)) return AS_RECORDED
    return this.#viewpointAs(this.#networks.addresses.own(local) ?? local.slice())
  }

  /** Finds out nothing more in the background. */
  stop(): Promise<void> {
    return this.#routes.stop()
  }

  #addressTowards(asker: Uint8Array, offset: number): Uint8Array | undefined {
    const { addresses } = this.#networks
    if (addresses !== this.#addresses) {
      this.#addresses = addresses
      this.#routes.clear()
    }
    const own = addresses.own(asker, offset)
    if (own !== undefined) return own
    const isIPv4 = isIPv4Mapped(asker, offset)
    if (!isIPv4 && isLinkLocal(asker, offset)) {
      // Which of several networks they are on, the address does not tell.
      const [only, ...others] = addresses.ipv6LinkLocal
      return others.length === 0 ? only : undefined
    }
    const neighbour = addresses.neighbour(asker, offset)
    if (neighbour !== undefined) return neighbour
    const reachable = addresses.reachable(isIPv4 ? 'ipv4' : 'ipv6')
    if (reachable.length < 2) return reachable[0]
    const local = this.#routes.get(asker, offset)
    if (local === 'unknown') return reachable[0]
    if (local === undefined || isLoopback(local) || isUnspecified(local) || isLinkLocal(local))
      return undefined
    return addresses.own(local) ?? local
  }

  #viewpointAs(address: Uint8Array | undefined): NumberedViewpoint {
    if (address === undefined) return AS_RECORDED
    this.#uses += 1
    const known = this.#entryOf(address)
    if (known !== undefined) {
      known.usedAt = this.#uses
      return known.viewpoint
    }
    const key = this.#freeKey()
    const viewpoint: NumberedViewpoint = { key, loopbackAs: address }
    this.#entries[key - 1] = { viewpoint, address, usedAt: this.#uses }
    return viewpoint
  }

  #entryOf(address: Uint8Array): Entry | undefined {
    for (const entry of this.#entries) {
      if (entry.address === address || hasSameBytes(entry.address, address)) return entry
    }
    return undefined
  }

  /** A key that is not in use, or the one that nobody asked for longest. */
  #freeKey(): number {
    if (this.#entries.length < MAX_VIEWPOINTS - 1) return this.#entries.length + 1
    const oldest = this.#entries.reduce((a, b) => (b.usedAt < a.usedAt ? b : a))
    return oldest.viewpoint.key
  }
}

function hasSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  for (let index = 0; index < ADDRESS_BYTES; index += 1) {
    if (a[index] !== b[index]) return false
  }
  return true
}
