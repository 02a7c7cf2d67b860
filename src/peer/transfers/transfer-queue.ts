import type { FailureCode } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { CatalogImage } from '../catalog-image.ts'
import { DEFAULT_RETRY_POLICY, type RetryPolicy, retryDelayMs } from './retry-policy.ts'
import { isFinished, type Transfer, type TransferState } from './transfer.ts'
import { ranksAfterMove } from './transfer-order.ts'

/** Bounds of one queue. */
export interface QueueLimits {
  /** Transfers that are not finished. A hundred thousand take some 50 MB, and two orders more than a long evening's. */
  readonly open: number
  /** Finished ones that are remembered; those that finished first are forgotten first. */
  readonly finished: number
}

const DEFAULT_QUEUE_LIMITS: QueueLimits = { open: 100_000, finished: 10_000 }

/** Waiting transfers among which the next one is chosen: as many as make it likely that some owner is idle. */
const CHOICE_WINDOW = 64

/** Why nothing is begun: a person's wish, or a disk without room. */
export type QueuePause = 'asked' | 'diskFull'

/** What the queue needs of an image. */
export type WantedImage = Pick<CatalogImage, 'digest' | 'name' | 'owners' | 'details'>

/** How many transfers are in each state, with those that were forgotten. */
export type TransferCounts = Readonly<Record<TransferState, number>>

/**
 * Which images are wanted and how each of them stands. Pure: time and chance are passed in, nothing is begun here. A
 * transition that does not fit the state of its transfer changes nothing and returns false.
 *
 *     add                       -> waiting
 *     waiting  start            -> running
 *     running  succeed, skip    -> done, skipped
 *     running  fail             -> retrying | failed
 *     running  interrupt        -> waiting
 *     retrying wake             -> waiting
 *     open     pause, cancel    -> paused, cancelled
 *     paused   resume           -> waiting
 *     open     hurry            -> waiting, before all others
 *     stopped  succeed          -> done, where it arrived before it could be stopped
 *     failed, cancelled, retrying  retry  -> waiting
 */
export class TransferQueue {
  readonly #limits: QueueLimits
  readonly #policy: RetryPolicy
  /** At most `limits.open + limits.finished`. */
  readonly #transfers = new Map<Digest, Transfer>()
  /** In the order in which they are begun, unless `#isSorted` is false. */
  #waiting = new Set<Digest>()
  #isSorted = true
  readonly #running = new Set<Digest>()
  readonly #retrying = new Set<Digest>()
  /** First finished first. */
  readonly #finished = new Set<Digest>()
  readonly #counts: Record<TransferState, number> = emptyCounts()
  #firstRank = 0
  #lastRank = 0
  #goingBytes = 0
  #goingUnknown = 0
  #pause: QueuePause | undefined
  readonly #changed = new Set<Digest>()

  constructor(limits: QueueLimits = DEFAULT_QUEUE_LIMITS, policy: RetryPolicy = DEFAULT_RETRY_POLICY) {
    this.#limits = limits
    this.#policy = policy
  }

  /** Takes over what was kept. What was running when the program ended waits again. */
  restore(kept: readonly Transfer[]): void {
    for (const transfer of [...kept].sort((one, other) => one.rank - other.rank)) {
      if (this.#transfers.has(transfer.digest)) continue
      if (!isFinished(transfer) && this.openCount >= this.#limits.open) continue
      this.#firstRank = Math.min(this.#firstRank, transfer.rank)
      this.#lastRank = Math.max(this.#lastRank, transfer.rank)
      this.#put(transfer.state === 'running' ? { ...transfer, state: 'waiting' } : transfer)
    }
  }

  /** Wants an image; a finished one is wanted anew, an open one is told its owners and goes on. */
  add(image: WantedImage, again: boolean): 'added' | 'known' | 'full' {
    const { digest, name, owners, details } = image
    const known = this.#transfers.get(digest)
    if (known !== undefined && !isFinished(known)) {
      this.#put({ ...known, owners, again })
      this.resume(digest)
      return 'known'
    }
    if (this.openCount >= this.#limits.open) return 'full'
    this.#lastRank += 1
    this.#put({ digest, name, owners, details, again, rank: this.#lastRank, ...FRESH })
    return 'added'
  }

  /**
   * The transfer to begin now: among the first that wait, one whose best owner has least to do by `load`, and none that
   * `isBusy` still. `undefined` where none waits or all is paused.
   */
  next(
    load: (owner: Endpoint) => number,
    isBusy: (digest: Digest) => boolean = () => false,
  ): Transfer | undefined {
    if (this.#pause !== undefined) return undefined
    this.#sort()
    let best: Transfer | undefined
    let bestLoad = Number.POSITIVE_INFINITY
    let looked = 0
    const loadOf = rememberingLast(load)
    for (const digest of this.#waiting) {
      const transfer = this.#transfers.get(digest)
      if (transfer === undefined || isBusy(digest)) continue
      const leastLoad = transfer.owners.reduce((least, owner) => Math.min(least, loadOf(owner)), 1e9)
      if (leastLoad < bestLoad) [best, bestLoad] = [transfer, leastLoad]
      looked += 1
      if (bestLoad === 0 || looked >= CHOICE_WINDOW) break
    }
    return best
  }

  start(digest: Digest): boolean {
    return this.#change(digest, ['waiting'], () => ({ state: 'running' }))
  }

  /** `bytes` of it are there now. */
  progress(digest: Digest, bytes: number): boolean {
    const transfer = this.#transfers.get(digest)
    if (transfer?.state !== 'running') return false
    // Not noted as a change: after a restart the temporary file tells how far it came.
    if (bytes > transfer.bytes)
      this.#transfers.set(digest, { ...transfer, bytes, attempts: 0, failingSinceMs: undefined })
    return true
  }

  /** The image is there, even where a person changed their mind in the last moment. */
  succeed(digest: Digest, bytes: number): boolean {
    const from = ['running', 'waiting', 'paused', 'cancelled'] as const
    return this.#change(digest, from, () => ({ state: 'done', bytes, ...WITHOUT_FAILURE }))
  }

  /** The folder has it already. */
  skip(digest: Digest): boolean {
    return this.#change(digest, ['running', 'waiting'], () => ({ state: 'skipped', ...WITHOUT_FAILURE }))
  }

  /** The try failed: it is tried again later, unless that is `isFinal` or it was tried often and long enough. */
  fail(
    digest: Digest,
    { error, isFinal }: { readonly error: FailureCode | 'unexpected'; readonly isFinal: boolean },
    nowMs: number,
    random: number,
  ): boolean {
    return this.#change(digest, ['running'], transfer => {
      const attempts = transfer.attempts + 1
      const failingSinceMs = transfer.failingSinceMs ?? nowMs
      const retryAtMs = nowMs + retryDelayMs(this.#policy, attempts, random)
      const isOver = attempts >= this.#policy.attempts || retryAtMs - failingSinceMs > this.#policy.patienceMs
      const state = isFinal || isOver ? 'failed' : 'retrying'
      return { state, attempts, failingSinceMs, error, retryAtMs: state === 'failed' ? undefined : retryAtMs }
    })
  }

  /** The try was ended from here, through no fault of anybody: the transfer keeps its place. */
  interrupt(digest: Digest): boolean {
    return this.#change(digest, ['running'], () => ({ state: 'waiting' }))
  }

  /** Lets those wait whose time to be tried again has come; behind those that were not tried yet. */
  wake(nowMs: number): void {
    for (const digest of [...this.#retrying]) {
      const transfer = this.#transfers.get(digest)
      if (transfer?.retryAtMs === undefined || transfer.retryAtMs > nowMs) continue
      this.#lastRank += 1
      this.#put({ ...transfer, state: 'waiting', retryAtMs: undefined, rank: this.#lastRank })
    }
  }

  /** When {@link wake} has something to do next. */
  get wakeAtMs(): number | undefined {
    let earliest: number | undefined
    for (const digest of this.#retrying) {
      const at = this.#transfers.get(digest)?.retryAtMs
      if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at
    }
    return earliest
  }

  pause(digest: Digest): boolean {
    return this.#change(digest, GOING_ON, () => ({ state: 'paused', retryAtMs: undefined }))
  }

  resume(digest: Digest): boolean {
    return this.#change(digest, ['paused'], () => ({ state: 'waiting' }))
  }

  cancel(digest: Digest): boolean {
    return this.#change(digest, [...GOING_ON, 'paused'], () => ({
      state: 'cancelled',
      retryAtMs: undefined,
    }))
  }

  /** A person wants what failed or was cancelled tried anew, or what is to be tried again tried now. */
  retry(digest: Digest): boolean {
    const isOpen = this.#retrying.has(digest)
    if (!isOpen && this.openCount >= this.#limits.open) return false
    return this.#change(digest, ['failed', 'cancelled', 'retrying'], () => {
      this.#lastRank += 1
      return { state: 'waiting', rank: this.#lastRank, attempts: 0, ...WITHOUT_FAILURE }
    })
  }

  /** Lets an open transfer that is not running wait before all others. */
  hurry(digest: Digest): boolean {
    return this.#change(digest, ['waiting', 'retrying', 'paused'], () => {
      this.#firstRank -= 1
      return { state: 'waiting', retryAtMs: undefined, rank: this.#firstRank }
    })
  }

  /** Puts an open transfer before or behind all others. */
  move(digest: Digest, to: 'first' | 'last'): boolean {
    return this.#change(digest, [...GOING_ON, 'paused'], () => {
      if (to === 'first') this.#firstRank -= 1
      else this.#lastRank += 1
      return { rank: to === 'first' ? this.#firstRank : this.#lastRank }
    })
  }

  /** Puts an open transfer that is not running directly before another one; those that changed their place by it. */
  moveBefore(digest: Digest, before: Digest): Digest[] {
    const movable = [...this.#transfers.values()].filter(({ state }) => MOVABLE.some(one => one === state))
    const ranks = ranksAfterMove(
      movable.sort((one, other) => one.rank - other.rank),
      digest,
      before,
    )
    for (const [moved, rank] of ranks) this.#change(moved, MOVABLE, () => ({ rank }))
    // They were put at the end of those that wait, each for itself.
    if (ranks.size > 0) this.#isSorted = false
    return [...ranks.keys()]
  }

  /** Begins nothing more until {@link resumeAll}. */
  pauseAll(why: QueuePause): void {
    // A person's wish outlasts a full disk.
    if (this.#pause !== 'asked') this.#pause = why
  }

  /** Goes on; after a full disk only if it was that which held the queue up, where `why` says so. */
  resumeAll(why?: QueuePause): boolean {
    if (this.#pause === undefined || (why !== undefined && why !== this.#pause)) return false
    this.#pause = undefined
    return true
  }

  get pauseReason(): QueuePause | undefined {
    return this.#pause
  }

  get(digest: Digest): Transfer | undefined {
    return this.#transfers.get(digest)
  }

  /** Every transfer that is remembered. */
  transfers(): IterableIterator<Transfer> {
    return this.#transfers.values()
  }

  get counts(): TransferCounts {
    return { ...this.#counts }
  }

  /** Transfers that are not finished. */
  get openCount(): number {
    return this.#transfers.size - this.#finished.size
  }

  /** Bytes of the transfers that go on by themselves, where their sizes are known, and how many sizes are not. */
  get sizes(): { readonly bytes: number; readonly unknown: number } {
    return { bytes: this.#goingBytes, unknown: this.#goingUnknown }
  }

  /** What changed since the last call, and what is forgotten: for whoever keeps it. */
  takeChanges(): { readonly changed: readonly Transfer[]; readonly gone: readonly Digest[] } {
    const changed: Transfer[] = []
    const gone: Digest[] = []
    for (const digest of this.#changed) {
      const transfer = this.#transfers.get(digest)
      if (transfer === undefined) gone.push(digest)
      else changed.push(transfer)
    }
    this.#changed.clear()
    return { changed, gone }
  }

  /** How many changes {@link takeChanges} would give. */
  get changeCount(): number {
    return this.#changed.size
  }

  #change(
    digest: Digest,
    from: readonly TransferState[],
    change: (transfer: Transfer) => Partial<Transfer>,
  ): boolean {
    const transfer = this.#transfers.get(digest)
    if (transfer === undefined || !from.includes(transfer.state)) return false
    this.#put({ ...transfer, ...change(transfer) })
    return true
  }

  #put(transfer: Transfer): void {
    const { digest, state, rank } = transfer
    const before = this.#transfers.get(digest)
    if (before !== undefined) {
      this.#countSize(before, -1)
      this.#counts[before.state] -= 1
      if (before.state !== state || before.rank !== rank) this.#takeOut(digest)
    }
    this.#counts[state] += 1
    this.#countSize(transfer, 1)
    this.#transfers.set(digest, transfer)
    // What was running when the program ends waits again: that is how it is kept already.
    if (state !== 'running' || before?.state !== 'waiting') this.#changed.add(digest)
    if (state === 'waiting' && !this.#waiting.has(digest)) {
      this.#isSorted &&= rank >= this.#lastRank
      this.#waiting.add(digest)
    } else if (state === 'running') this.#running.add(digest)
    else if (state === 'retrying') this.#retrying.add(digest)
    else if (isFinished(transfer)) this.#finish(digest)
  }

  #countSize({ state, details }: Transfer, sign: 1 | -1): void {
    if (!GOING_ON.some(open => open === state)) return
    if (details.bytes === undefined) this.#goingUnknown += sign
    else this.#goingBytes += sign * details.bytes
  }

  #takeOut(digest: Digest): void {
    for (const set of [this.#waiting, this.#running, this.#retrying, this.#finished]) set.delete(digest)
  }

  #finish(digest: Digest): void {
    this.#finished.add(digest)
    const [oldest] = this.#finished
    if (this.#finished.size <= this.#limits.finished || oldest === undefined) return
    this.#finished.delete(oldest)
    this.#transfers.delete(oldest)
    this.#changed.add(oldest)
  }

  #sort(): void {
    if (this.#isSorted) return
    const rankOf = (digest: Digest) => this.#transfers.get(digest)?.rank ?? 0
    this.#waiting = new Set([...this.#waiting].sort((one, other) => rankOf(one) - rankOf(other)))
    this.#isSorted = true
  }
}

/** Images that wait in a row are mostly of one owner. */
function rememberingLast(load: (owner: Endpoint) => number): (owner: Endpoint) => number {
  let last: Endpoint | undefined
  let lastLoad = 0
  return owner => {
    if (last === undefined || owner.port !== last.port || owner.address !== last.address)
      [last, lastLoad] = [owner, load(owner)]
    return lastLoad
  }
}

const GOING_ON = ['waiting', 'running', 'retrying'] as const satisfies readonly TransferState[]

/** Those that have a place in the order. */
const MOVABLE = ['waiting', 'retrying', 'paused'] as const satisfies readonly TransferState[]

const WITHOUT_FAILURE = { failingSinceMs: undefined, retryAtMs: undefined, error: undefined } as const

const FRESH = { state: 'waiting', attempts: 0, bytes: 0, ...WITHOUT_FAILURE } as const

function emptyCounts(): Record<TransferState, number> {
  return { waiting: 0, running: 0, paused: 0, retrying: 0, done: 0, skipped: 0, failed: 0, cancelled: 0 }
}
