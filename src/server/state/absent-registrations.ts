import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { PeerIdentity } from '../index-state.ts'
import { type IdentityKey, identityBytes, keyOfPeer, readIdentity } from '../journal/identity.ts'

/** An image of a list that is kept aside, and its place among all images. */
interface AbsentImage {
  readonly order: number
  readonly entry: ImageEntry
}

/** A registration that was taken off the list and is listed again when its peer is heard or reached. */
export interface AbsentRegistration {
  /** SHA-256 of its password, 32 bytes. */
  readonly passwordDigest: Uint8Array
  /** Whether its peer renews a lease, and so will be heard; the port of others is tried from time to time. */
  readonly hasLease: boolean
  readonly images: readonly AbsentImage[]
  readonly sinceSeconds: number
}

/** How long and how many are kept aside. */
export interface AbsenceLimits {
  /** Seconds: who is away for longer begins anew. */
  readonly seconds: number
  /** Seconds between two connections to the port of an old client that is away. */
  readonly checkSeconds: number
  /** Registrations; so the images of all of them together, some 300 bytes each. The longest away are forgotten first. */
  readonly registrations: number
  readonly images: number
}

export const DEFAULT_ABSENCE_LIMITS: AbsenceLimits = {
  seconds: 24 * 60 * 60,
  checkSeconds: 300,
  registrations: 100_000,
  images: 200_000,
}

interface Kept extends AbsentRegistration {
  nextCheckSeconds: number
}

/** Registrations that are kept aside, by who they are of. */
export class AbsentRegistrations {
  readonly #limits: AbsenceLimits
  /** Those without a lease stand in the order in which they are to be tried next, the others in that in which they went. */
  readonly #withoutLease = new Map<IdentityKey, Kept>()
  readonly #withLease = new Map<IdentityKey, Kept>()
  #images = 0

  constructor(limits: AbsenceLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#withoutLease.size + this.#withLease.size
  }

  /** Keeps a registration; those that were there longest make room, and are answered. */
  add(peer: PeerIdentity, absent: AbsentRegistration): readonly PeerIdentity[] {
    const key = keyOfPeer(peer)
    this.take(peer)
    const kept = { ...absent, nextCheckSeconds: absent.sinceSeconds + this.#limits.checkSeconds }
    this.#of(kept).set(key, kept)
    this.#images += kept.images.length
    const gone: PeerIdentity[] = []
    while (this.size > this.#limits.registrations || this.#images > this.#limits.images) {
      const oldest = this.#oldest()
      if (oldest === undefined) break
      this.take(oldest)
      gone.push(oldest)
    }
    return gone
  }

  get(peer: PeerIdentity): AbsentRegistration | undefined {
    const key = keyOfPeer(peer)
    return this.#withoutLease.get(key) ?? this.#withLease.get(key)
  }

  /** Takes a registration out, if it is here. */
  take(peer: PeerIdentity): AbsentRegistration | undefined {
    const key = keyOfPeer(peer)
    const kept = this.#withoutLease.get(key) ?? this.#withLease.get(key)
    if (kept === undefined) return undefined
    this.#of(kept).delete(key)
    this.#images -= kept.images.length
    return kept
  }

  /**
   * The next one whose time has come: an old client whose port is to be tried, who is due again a while later; or one that
   * was away for too long and is kept no more.
   */
  takeDue(nowSeconds: number): { readonly peer: PeerIdentity; readonly isGone: boolean } | undefined {
    for (const map of [this.#withLease, this.#withoutLease]) {
      const [first] = map
      if (first === undefined) continue
      const [key, kept] = first
      const peer = readIdentity(identityBytes(key), 0)
      const dueSeconds = kept.hasLease ? kept.sinceSeconds + this.#limits.seconds : kept.nextCheckSeconds
      if (dueSeconds > nowSeconds) continue
      if (nowSeconds - kept.sinceSeconds >= this.#limits.seconds) {
        this.take(peer)
        return { peer, isGone: true }
      }
      map.delete(key)
      kept.nextCheckSeconds = nowSeconds + this.#limits.checkSeconds
      map.set(key, kept)
      return { peer, isGone: false }
    }
    return undefined
  }

  *peers(): Generator<PeerIdentity, void> {
    for (const key of [...this.#withoutLease.keys(), ...this.#withLease.keys()]) {
      yield readIdentity(identityBytes(key), 0)
    }
  }

  #of(kept: AbsentRegistration): Map<IdentityKey, Kept> {
    return kept.hasLease ? this.#withLease : this.#withoutLease
  }

  /** The first to make room: of both kinds the one in front, whichever is away longer. */
  #oldest(): PeerIdentity | undefined {
    const [one] = this.#withoutLease
    const [other] = this.#withLease
    const isOne = other === undefined || (one !== undefined && one[1].sinceSeconds <= other[1].sinceSeconds)
    const oldest = isOne ? one : other
    return oldest === undefined ? undefined : readIdentity(identityBytes(oldest[0]), 0)
  }
}
