import { statfs } from 'node:fs/promises'
import { Failure, isFailure } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { CatalogImage } from '../catalog-image.ts'
import type { DownloadedImage, DownloadObserver } from '../download/download-request.ts'
import type { FetchLimits } from '../download/fetch-limits.ts'
import type { ImageFetcher } from './image-fetcher.ts'
import { OwnerRanking } from './owner-ranking.ts'
import type { Transfer } from './transfer.ts'
import type { TransferObserver } from './transfer-observer.ts'
import type { QueuePause, TransferQueue, WantedImage } from './transfer-queue.ts'
import type { TransferStore } from './transfer-store.ts'
import type { TransferVerb } from './transfer-wish.ts'

/** What an engine works with. */
export interface TransferEngineOptions {
  readonly queue: TransferQueue
  readonly store: TransferStore
  readonly fetcher: ImageFetcher
  readonly directory: string
  readonly limits: FetchLimits
  /** True for an image that the folder holds. */
  readonly has: (digest: Digest) => boolean
  /** Asks the index server anew who has an image. */
  readonly find: (digest: Digest, signal: AbortSignal) => Promise<CatalogImage | undefined>
  /** True for this computer's own share server. */
  readonly isOwn?: (owner: Endpoint) => boolean
  readonly observer: TransferObserver
  /** Images fetched at once; small ones count for less. */
  readonly atOnce: number
  /** From 0 to 1. */
  readonly random?: () => number
  /** Milliseconds between two looks at a disk that was full. */
  readonly roomCheckMs?: number
}

/** Images at once unless said otherwise: enough that one's waiting is another's sending, few enough for an owner's slots. */
export const DEFAULT_AT_ONCE = 8

/**
 * Bytes up to which an image counts as an eighth of one: the next small one is at hand where the last ends. How many an
 * owner sends at once is bounded by the connections to it.
 */
const SMALL_BYTES = 1024 ** 2
const SMALL_WEIGHT = 1 / 8

/** Images that have arrived and wait for the disk and their names: some hundred ms of small ones. */
const MAX_UNNAMED = 512

/** Milliseconds, and changes, between two writes of the store: what came after the last one is done again after a kill. */
const KEEP_MS = 500
const KEEP_CHANGES = 512

/** Bytes that have to be free before a queue goes on that a full disk held up. */
const ROOM_BYTES = 128 * 1024 ** 2
const ROOM_CHECK_MS = 10_000

/** Failures that a further try does not mend. */
const FINAL_FAILURES = ['nameRefused', 'directoryMissing'] as const

/** A transfer under way. */
interface Run {
  readonly stopping: AbortController
  ended: Promise<void>
}

/** An image that somebody waits for. */
interface Awaited {
  readonly image: CatalogImage
  readonly observer: DownloadObserver
  readonly outcome: PromiseWithResolvers<DownloadedImage>
}

/** Brings the images of a queue into a folder, several at once and spread over their owners. */
export class TransferEngine {
  readonly #options: TransferEngineOptions
  readonly #owners: OwnerRanking
  /** As many as `atOnce` and MAX_UNNAMED allow, and those that somebody waits for. */
  readonly #runs = new Map<Digest, Run>()
  /** Those of them that do not have all their bytes. */
  readonly #fetching = new Set<Digest>()
  #weight = 0
  /** As many as the calls of {@link fetch} under way, which each front bounds. */
  readonly #awaited = new Map<Digest, Awaited>()
  #isStopped = false
  #wakeTimer: NodeJS.Timeout | undefined
  #keepTimer: NodeJS.Timeout | undefined
  #roomTimer: NodeJS.Timeout | undefined
  #idle = Promise.withResolvers<void>()

  constructor(options: TransferEngineOptions) {
    this.#options = options
    this.#owners = new OwnerRanking(options.isOwn ?? (() => false))
  }

  /** Wants images; those that the queue has no room for are not taken, and their number is returned. */
  add(images: readonly WantedImage[], again: boolean): number {
    const { queue, observer } = this.#options
    let left = 0
    for (const image of images) {
      const result = queue.add(image, again)
      const transfer = queue.get(image.digest)
      if (result === 'full') left += 1
      else if (result === 'added' && transfer !== undefined) observer.onAdded(transfer)
    }
    this.pump()
    return left
  }

  /**
   * Fetches an image now, beside what else is under way and even while the queue is paused, and also where the folder has
   * it. Each owner is asked once. Rejects as {@link ImageFetcher} does, and with `queueFull`; `signal` cancels it.
   */
  async fetch(
    image: CatalogImage,
    observer: DownloadObserver,
    signal: AbortSignal,
  ): Promise<DownloadedImage> {
    if (this.#isStopped || signal.aborted) throw new Failure('cancelled', {})
    const { digest } = image
    const before = this.#awaited.get(digest)
    if (before !== undefined) return before.outcome.promise
    const awaited: Awaited = { image, observer, outcome: Promise.withResolvers() }
    this.#awaited.set(digest, awaited)
    const cancel = () => void this.wish('cancel', [digest])
    signal.addEventListener('abort', cancel, { once: true })
    try {
      if (this.add([image], true) > 0) throw new Failure('queueFull', { wanted: image.name })
      return await awaited.outcome.promise
    } finally {
      this.#awaited.delete(digest)
      signal.removeEventListener('abort', cancel)
    }
  }

  /** True while somebody waits for that image by {@link fetch}. */
  isAwaited(digest: Digest): boolean {
    return this.#awaited.has(digest)
  }

  /** Does what a person wants with some transfers; how many of them were in a state that allowed it. */
  wish(verb: TransferVerb, digests: Iterable<Digest>): number {
    let done = 0
    for (const digest of digests) if (this.#change(verb, digest)) done += 1
    this.pump()
    return done
  }

  /** Puts one directly before another; false where either has no place in the order. */
  moveBefore(digest: Digest, before: Digest): boolean {
    const { queue, observer } = this.#options
    const isMoved = queue.moveBefore(digest, before).length > 0
    const transfer = queue.get(digest)
    if (isMoved && transfer !== undefined) observer.onChanged(transfer)
    this.#keepSoon()
    return isMoved
  }

  /** Begins what can be begun; to be called after any change made to the queue directly. */
  pump(): void {
    const { queue, atOnce } = this.#options
    if (this.#isStopped) return
    for (const digest of this.#awaited.keys()) {
      if (this.#runs.has(digest)) continue
      queue.hurry(digest)
      const transfer = queue.get(digest)
      if (transfer !== undefined) this.#begin(transfer)
    }
    queue.wake(Date.now())
    while (this.#weight <= atOnce - SMALL_WEIGHT && this.#runs.size - this.#fetching.size < MAX_UNNAMED) {
      const transfer = queue.next(
        owner => this.#owners.rank(owner),
        digest => this.#runs.has(digest),
      )
      if (transfer === undefined || !this.#begin(transfer)) break
    }
    this.#keepSoon()
    clearTimeout(this.#wakeTimer)
    const { wakeAtMs } = queue
    if (wakeAtMs !== undefined)
      this.#wakeTimer = setTimeout(() => this.pump(), Math.max(0, wakeAtMs - Date.now()))
    const { waiting, running, retrying } = queue.counts
    if (waiting + running + retrying + this.#runs.size === 0) this.#idle.resolve()
  }

  /** Resolves when nothing is left that goes on by itself, or the signal aborts. */
  async whenIdle(signal: AbortSignal): Promise<void> {
    this.#idle = Promise.withResolvers()
    const stop = () => this.#idle.resolve()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    this.pump()
    await this.#idle.promise
    signal.removeEventListener('abort', stop)
  }

  /** Holds the whole queue up at a person's wish, what is running included; what somebody waits for goes on. */
  pauseAll(): void {
    const { queue, observer } = this.#options
    if (queue.pauseReason === 'asked') return
    queue.pauseAll('asked')
    for (const [digest, { stopping }] of this.#runs) {
      if (this.#awaited.has(digest)) continue
      queue.interrupt(digest)
      stopping.abort()
    }
    observer.onPaused('asked', undefined)
  }

  /** Goes on after a pause of the whole queue; with `why` only where it was that which held it up. */
  resumeAll(why?: QueuePause): void {
    const { queue, observer } = this.#options
    clearTimeout(this.#roomTimer)
    const reason = queue.pauseReason
    if (reason !== undefined && queue.resumeAll(why)) observer.onResumed(reason)
    this.pump()
  }

  /** Ends every transfer under way, and keeps the queue. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of [this.#wakeTimer, this.#keepTimer, this.#roomTimer]) clearTimeout(timer)
    for (const { stopping } of this.#runs.values()) stopping.abort()
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended))
    for (const { outcome } of this.#awaited.values()) outcome.reject(new Failure('cancelled', {}))
    this.#idle.resolve()
    await this.#options.fetcher.stop()
    this.keep()
  }

  #change(verb: TransferVerb, digest: Digest): boolean {
    const { queue, observer } = this.#options
    const isDone = verb === 'first' || verb === 'last' ? queue.move(digest, verb) : queue[verb](digest)
    const transfer = queue.get(digest)
    if (!isDone || transfer === undefined) return false
    if (transfer.state === 'paused' || transfer.state === 'cancelled') {
      this.#runs.get(digest)?.stopping.abort()
      if (!this.#runs.has(digest)) this.#settle(digest, ({ reject }) => reject(new Failure('cancelled', {})))
    }
    observer.onChanged(transfer)
    return true
  }

  #begin(transfer: Transfer): boolean {
    const { queue, has, observer } = this.#options
    const { digest } = transfer
    if (!transfer.again && has(digest)) {
      if (queue.skip(digest)) observer.onSkipped(queue.get(digest) ?? transfer)
      return true
    }
    if (!queue.start(digest)) return false
    this.#fetching.add(digest)
    this.#weight += weightOf(transfer)
    const run: Run = { stopping: new AbortController(), ended: Promise.resolve() }
    this.#runs.set(digest, run)
    run.ended = this.#run(transfer, run.stopping.signal).finally(() => {
      this.#arrived(transfer)
      this.#runs.delete(digest)
      this.pump()
    })
    return true
  }

  async #run(transfer: Transfer, signal: AbortSignal): Promise<void> {
    const { queue, fetcher, directory, limits, observer } = this.#options
    const { digest } = transfer
    let release = () => {}
    try {
      const image = await this.#withOwners(transfer, signal)
      signal.throwIfAborted()
      release = this.#owners.occupy(image.owners[0])
      observer.onStarted(transfer)
      const saved = await fetcher.download({
        ...{ image, directory, limits, signal },
        observer: {
          onBytes: (owner, bytes) => {
            this.#awaited.get(digest)?.observer.onBytes(owner, bytes)
            if (queue.progress(digest, bytes)) observer.onProgress(transfer, owner, bytes)
          },
          onFailedAttempt: attempt => {
            this.#awaited.get(digest)?.observer.onFailedAttempt(attempt)
            observer.onFailedAttempt(transfer, attempt)
          },
          onArrived: () => {
            this.#arrived(transfer)
            this.pump()
          },
        },
        onWrongContent: owner => this.#owners.distrust(owner),
      })
      queue.succeed(digest, saved.bytes)
      observer.onSaved(transfer, saved)
      this.#settle(digest, ({ resolve }) => resolve(saved))
    } catch (error) {
      this.#failed(transfer, error, signal)
    } finally {
      release()
    }
  }

  #arrived(transfer: Transfer): void {
    if (this.#fetching.delete(transfer.digest)) this.#weight -= weightOf(transfer)
  }

  /** The image with its owners in the order in which to ask; looked up anew once a try failed. */
  async #withOwners(transfer: Transfer, signal: AbortSignal): Promise<CatalogImage> {
    const { digest, name, details, owners, attempts } = transfer
    const awaited = this.#awaited.get(digest)
    // Whoever waits for one image asks in the order of the listing; many are spread.
    if (awaited !== undefined)
      return { ...awaited.image, owners: this.#owners.sorted(awaited.image.owners, () => 0) }
    const known = { digest, name, details, owners, ownerCount: owners.length, disputed: false }
    const image = attempts === 0 ? known : await this.#options.find(digest, signal)
    if (image === undefined) throw new Failure('imageNotListed', { wanted: name })
    return { ...image, owners: this.#owners.sorted(image.owners, Math.random) }
  }

  #failed(transfer: Transfer, error: unknown, signal: AbortSignal): void {
    const { queue, observer, random = Math.random } = this.#options
    const { digest } = transfer
    const isAwaited = this.#awaited.has(digest)
    if (signal.aborted) {
      queue.interrupt(digest)
      this.#settle(digest, ({ reject }) => reject(new Failure('cancelled', {}, { cause: error })))
      return
    }
    if (isFailure(error, 'diskFull') && !isAwaited) {
      queue.interrupt(digest)
      if (queue.pauseReason !== undefined) return
      queue.pauseAll('diskFull')
      observer.onPaused('diskFull', error)
      this.#resumeWithRoom()
      return
    }
    const code = error instanceof Failure ? error.code : 'unexpected'
    const isFinal = isAwaited || FINAL_FAILURES.some(final => final === code)
    queue.fail(digest, { error: code, isFinal }, Date.now(), random())
    const now = queue.get(digest) ?? { ...transfer, state: 'failed' as const }
    if (now.state === 'retrying') observer.onRetrying(now, error)
    else observer.onFailed(now, error)
    this.#settle(digest, ({ reject }) => reject(error))
  }

  #settle(digest: Digest, settle: (outcome: PromiseWithResolvers<DownloadedImage>) => void): void {
    const awaited = this.#awaited.get(digest)
    this.#awaited.delete(digest)
    if (awaited !== undefined) settle(awaited.outcome)
  }

  /** Looks now and then whether the disk has room again. */
  #resumeWithRoom(): void {
    const { directory, roomCheckMs = ROOM_CHECK_MS } = this.#options
    this.#roomTimer = setTimeout(async () => {
      const status = await statfs(directory).catch(() => undefined)
      if (this.#isStopped) return
      if (status === undefined || status.blocks === 0 || status.bavail * status.bsize >= ROOM_BYTES)
        this.resumeAll('diskFull')
      else this.#resumeWithRoom()
    }, roomCheckMs)
  }

  #keepSoon(): void {
    const { queue } = this.#options
    if (queue.changeCount >= KEEP_CHANGES) this.keep()
    else if (queue.changeCount > 0) this.#keepTimer ??= setTimeout(() => this.keep(), KEEP_MS)
  }

  /** Writes the store now. */
  keep(): void {
    clearTimeout(this.#keepTimer)
    this.#keepTimer = undefined
    const { queue, store } = this.#options
    const { changed, gone } = queue.takeChanges()
    store.keep(changed, gone)
  }
}

function weightOf({ details: { bytes } }: Transfer): number {
  return bytes !== undefined && bytes <= SMALL_BYTES ? SMALL_WEIGHT : 1
}
