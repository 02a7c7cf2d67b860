import { monotonicMs } from '../../base/clock.ts'
import { KeyedHash } from '../../catalog/keyed-hash.ts'
import { ADDRESS_BYTES } from '../../protocol/ip-address.ts'
import { PREFIX_WORDS, writePrefix } from '../address-prefix.ts'

/** Asks the system by what address of ours somebody is reached; `undefined` where there is no way to them. Never rejects. */
export type RouteLookup = (remote: Uint8Array) => Promise<Uint8Array | undefined>

/** Prefixes remembered: a slot each, and a prefix that falls on another's slot takes it. */
const SLOTS = 4096
/** Lookups that wait. Each makes a socket, and a stranger's datagram asks for it; who finds no room asks again. */
const MAX_WAITING = 16
/** Milliseconds until those that wait are looked up, all together: at most 160 sockets a second. */
const LOOKUP_MS = 100
/** Milliseconds after which a route is asked for again: routes change without our addresses changing. */
const FRESH_MS = 600_000

/**
 * By which address of ours each network is reached (a network is a /24 or a /56), as far as it was found out: looked up in
 * the background, so that no answer waits for it.
 */
export class RouteCache {
  readonly #lookup: RouteLookup
  readonly #nowMs: () => number
  readonly #hash = KeyedHash.random()
  readonly #prefixes = new Uint32Array(SLOTS * PREFIX_WORDS)
  readonly #locals: (Uint8Array | undefined)[] = new Array<undefined>(SLOTS).fill(undefined)
  readonly #foundAtMs = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY)
  readonly #prefix = new Uint32Array(PREFIX_WORDS)
  /** Askers to look up, by the slot of their prefix. */
  readonly #waiting = new Map<number, Uint8Array>()
  #timer: NodeJS.Timeout | undefined
  #lookups: Promise<void> | undefined
  #isStopped = false
  /** Counts what made all that was found void, so that a lookup begun before is not believed. */
  #generation = 0

  constructor(lookup: RouteLookup, nowMs: () => number = monotonicMs) {
    this.#lookup = lookup
    this.#nowMs = nowMs
  }

  /**
   * Our address towards the one at `offset` of `remote`, `undefined` where there is no way to it; `'unknown'` until it has
   * been looked up.
   */
  get(remote: Uint8Array, offset: number): Uint8Array | undefined | 'unknown' {
    writePrefix(remote, offset, this.#prefix)
    const slot = this.#hash.of(this.#prefix, 0, PREFIX_WORDS) % SLOTS
    const isKnown = this.#holdsPrefix(slot)
    if (!isKnown || this.#nowMs() - (this.#foundAtMs[slot] ?? 0) >= FRESH_MS) this.#ask(slot, remote, offset)
    return isKnown ? this.#locals[slot] : 'unknown'
  }

  /** Forgets everything: our addresses changed. */
  clear(): void {
    this.#generation += 1
    this.#prefixes.fill(0)
    this.#waiting.clear()
  }

  /** Looks nothing up any more; resolves once no socket is open. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.clear()
    await this.#lookups
  }

  #ask(slot: number, remote: Uint8Array, offset: number): void {
    if (this.#isStopped || this.#waiting.size >= MAX_WAITING || this.#waiting.has(slot)) return
    this.#waiting.set(slot, remote.slice(offset, offset + ADDRESS_BYTES))
    this.#lookUpSoon()
  }

  #lookUpSoon(): void {
    if (this.#timer !== undefined || this.#lookups !== undefined || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#lookups = this.#lookUpWaiting().then(() => {
        this.#lookups = undefined
        this.#lookUpSoon()
      })
    }, LOOKUP_MS)
    this.#timer.unref()
  }

  async #lookUpWaiting(): Promise<void> {
    const generation = this.#generation
    await Promise.all(
      Array.from(this.#waiting, async ([slot, remote]) => {
        const local = await this.#lookup(remote)
        if (generation !== this.#generation) return
        writePrefix(remote, 0, this.#prefix)
        this.#prefixes.set(this.#prefix, slot * PREFIX_WORDS)
        this.#locals[slot] = local
        this.#foundAtMs[slot] = this.#nowMs()
        this.#waiting.delete(slot)
      }),
    )
  }

  #holdsPrefix(slot: number): boolean {
    const at = slot * PREFIX_WORDS
    return this.#prefixes[at] === this.#prefix[0] && this.#prefixes[at + 1] === this.#prefix[1]
  }
}
