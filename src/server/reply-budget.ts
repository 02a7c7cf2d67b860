import { KeyedHash } from '../catalog/keyed-hash.ts'
import { isLoopback } from '../protocol/address-scope.ts'
import { FIELD_BUFFER_BYTES } from '../protocol/limits.ts'
import { PREFIX_WORDS, writePrefix } from './address-prefix.ts'

/** What the server sends at most to one network (a /24 of IPv4, a /56 of IPv6) whose addresses may be forged. */
export interface ReplyBudgetConfig {
  /** Bytes of replies a second; 0 is no bound. */
  readonly bytesPerSecond: number
  /** Bytes of replies at once after a rest; at least {@link FIELD_BUFFER_BYTES}, the longest listing. */
  readonly burstBytes: number
  /** Whether who asks from this machine is not bounded: a datagram from 127.0.0.0/8 cannot come from outside. */
  readonly exemptLoopback: boolean
}

/** A class that starts at once lists 64 times, and then 32 times a second; nobody's line is filled by a megabit. */
export const DEFAULT_REPLY_BUDGET: ReplyBudgetConfig = {
  bytesPerSecond: 128 * 1024,
  burstBytes: 256 * 1024,
  exemptLoopback: true,
}

/** Which addresses are somebody's for sure. Asked for every reply. */
export interface ProvenSources {
  has(bytes: Uint8Array, offset: number): boolean
}

/**
 * Prefixes kept, in sets of four of which a prefix's hash chooses one: 1 MiB in all. Under a key nobody knows, no sender
 * can choose prefixes that push a certain one out.
 */
const PREFIXES = 65_536
const WAYS = 4
const SETS = PREFIXES / WAYS

/**
 * A token bucket for each network, so that a forged source address does not make the server a flood: a datagram of three
 * bytes is answered by up to {@link FIELD_BUFFER_BYTES}. Addresses that are proven, and this machine, are not bounded.
 */
export class ReplyBudget {
  readonly #bytesPerMs: number
  /** Milliseconds in which an empty bucket fills. */
  readonly #fillMs: number
  readonly #exemptLoopback: boolean
  readonly #proven: ProvenSources
  readonly #hash = KeyedHash.random()
  readonly #prefixes = new Uint32Array(PREFIXES * PREFIX_WORDS)
  /** When each bucket is full again: what it lacks until then is what was sent. One that is full holds nothing to know. */
  readonly #fullAtMs = new Float64Array(PREFIXES).fill(Number.NEGATIVE_INFINITY)
  readonly #prefix = new Uint32Array(PREFIX_WORDS)
  #droppedReplies = 0
  #droppedBytes = 0

  /** Throws a RangeError for a configuration under which nothing could be answered. */
  constructor(config: ReplyBudgetConfig, proven: ProvenSources) {
    const { bytesPerSecond, burstBytes, exemptLoopback } = config
    if (!(bytesPerSecond >= 0) || !(burstBytes >= FIELD_BUFFER_BYTES)) {
      throw new RangeError(`no budget for replies: ${bytesPerSecond} bytes a second, ${burstBytes} at once`)
    }
    this.#bytesPerMs = bytesPerSecond / 1000
    this.#fillMs = burstBytes / this.#bytesPerMs
    this.#exemptLoopback = exemptLoopback
    this.#proven = proven
  }

  /** Replies refused so far. */
  get droppedReplies(): number {
    return this.#droppedReplies
  }

  /** Bytes of those. */
  get droppedBytes(): number {
    return this.#droppedBytes
  }

  /**
   * Whether a reply of `replyBytes` may be sent to the address at `offset` of `source` (16 bytes); it is counted as sent
   * then, and as dropped if not. `nowMs` only grows (see base/clock.ts).
   */
  allows(source: Uint8Array, offset: number, replyBytes: number, nowMs: number): boolean {
    if (this.#bytesPerMs === 0) return true
    if (this.#exemptLoopback && isLoopback(source, offset)) return true
    if (this.#proven.has(source, offset)) return true
    const bucket = this.#bucketOf(source, offset)
    const lackingMs = Math.max((this.#fullAtMs[bucket] ?? 0) - nowMs, 0) + replyBytes / this.#bytesPerMs
    if (lackingMs > this.#fillMs) {
      this.#droppedReplies += 1
      this.#droppedBytes += replyBytes
      return false
    }
    this.#fullAtMs[bucket] = nowMs + lackingMs
    return true
  }

  /** The bucket of an address's prefix. One that is not kept takes the place of the fullest of its set, as a full one. */
  #bucketOf(source: Uint8Array, offset: number): number {
    writePrefix(source, offset, this.#prefix)
    const set = (this.#hash.of(this.#prefix, 0, PREFIX_WORDS) % SETS) * WAYS
    let fullest = set
    for (let bucket = set; bucket < set + WAYS; bucket += 1) {
      const at = bucket * PREFIX_WORDS
      if (this.#prefixes[at] === this.#prefix[0] && this.#prefixes[at + 1] === this.#prefix[1]) return bucket
      if ((this.#fullAtMs[bucket] ?? 0) < (this.#fullAtMs[fullest] ?? 0)) fullest = bucket
    }
    this.#prefixes.set(this.#prefix, fullest * PREFIX_WORDS)
    this.#fullAtMs[fullest] = Number.NEGATIVE_INFINITY
    return fullest
  }
}
