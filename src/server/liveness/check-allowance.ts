import type { LivenessLimits } from './liveness-limits.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000

/** Checks to one address. */
interface AddressUse {
  underWay: number
  /** When its allowance is whole again: what it lacks until then is what was begun. */
  wholeAtMs: number
}

/**
 * How many checks may begin, in all and to each address, under the {@link LivenessLimits}. An address is kept while a check
 * to it is under way and until its allowance is whole: at 200 checks a second, each lasting up to 3 and followed by up to 4
 * seconds, that is 1,400 addresses at most.
 */
export class CheckAllowance {
  readonly #limits: LivenessLimits
  /** When the latest checks began, as many as may begin in a second: a ring, the oldest at `#oldest`. */
  readonly #begunAtMs: Float64Array
  #oldest = 0
  #underWay = 0
  readonly #addresses = new Map<string, AddressUse>()

  constructor(limits: LivenessLimits) {
    this.#limits = limits
    this.#begunAtMs = new Float64Array(limits.checksPerSecond).fill(Number.NEGATIVE_INFINITY)
  }

  /** Checks under way. */
  get underWay(): number {
    return this.#underWay
  }

  /** Addresses of which something is kept. */
  get addressCount(): number {
    return this.#addresses.size
  }

  /** Checks that may begin now, to whatever addresses. */
  room(nowMs: number): number {
    const atOnce = this.#limits.checksAtOnce - this.#underWay
    const { length } = this.#begunAtMs
    let room = 0
    while (room < Math.min(atOnce, length)) {
      const begunAtMs = this.#begunAtMs[(this.#oldest + room) % length] ?? 0
      if (nowMs - begunAtMs < SECOND_MS) break
      room += 1
    }
    return room
  }

  /** Begins a check to `address` where it has an allowance left; {@link end} ends it. `undefined` is bound by none. */
  begin(address: string | undefined, nowMs: number): boolean {
    if (this.room(nowMs) === 0) return false
    if (address !== undefined && !this.#beginTo(address, nowMs)) return false
    this.#underWay += 1
    this.#begunAtMs[this.#oldest] = nowMs
    this.#oldest = (this.#oldest + 1) % this.#begunAtMs.length
    return true
  }

  end(address: string | undefined): void {
    this.#underWay -= 1
    const use = address === undefined ? undefined : this.#addresses.get(address)
    if (use !== undefined) use.underWay -= 1
  }

  /** Forgets the addresses whose allowance is whole. To be called every second or so. */
  forgetRested(nowMs: number): void {
    for (const [address, { underWay, wholeAtMs }] of this.#addresses) {
      if (underWay === 0 && wholeAtMs <= nowMs) this.#addresses.delete(address)
    }
  }

  #beginTo(address: string, nowMs: number): boolean {
    const { checksAtOncePerAddress, checksPerMinutePerAddress } = this.#limits
    const intervalMs = MINUTE_MS / checksPerMinutePerAddress
    const use = this.#addresses.get(address) ?? { underWay: 0, wholeAtMs: nowMs }
    const lackingMs = Math.max(use.wholeAtMs - nowMs, 0) + intervalMs
    if (use.underWay >= checksAtOncePerAddress || lackingMs > checksAtOncePerAddress * intervalMs)
      return false
    use.underWay += 1
    use.wholeAtMs = nowMs + lackingMs
    this.#addresses.set(address, use)
    return true
  }
}
