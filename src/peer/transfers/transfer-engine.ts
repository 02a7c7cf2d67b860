import { statfs } from 'node:fs/promises'
import { Failure, isFailure } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import type { CatalogImage } from '../catalog-image.ts'
import type { DownloadedImage, FailedAttempt } from '../download/download-request.ts'
import { FETCH_LIMITS, type ImageFetcher } from './image-fetcher.ts'
import type { Transfer } from './transfer.ts'
import type { QueuePause, TransferQueue, WantedImage } from './transfer-queue.ts'
import type { TransferStore } from './transfer-store.ts'

/** Told of what becomes of transfers. */
export interface TransferObserver {
  onAdded(transfer: Transfer): void
  onStarted(transfer: Transfer): void
  onProgress(transfer: Transfer, owner: string, bytes: number): void
  onFailedAttempt(transfer: Transfer, attempt: FailedAttempt): void
  onSaved(transfer: Transfer, saved: DownloadedImage): void
  onSkipped(transfer: Transfer): void
  /** It is tried again at `transfer.retryAtMs`. */
  onRetrying(transfer: Transfer, error: unknown): void
  onFailed(transfer: Transfer, error: unknown): void
  onPaused(why: QueuePause, error: unknown): void
  onResumed(): void
}

/** What an engine works with. */
export interface TransferEngineOptions {
  readonly queue: TransferQueue
  readonly store: TransferStore
  readonly fetcher: ImageFetcher
  readonly directory: string
  /** True for an image that the folder holds. */
  readonly has: (digest: Digest) => boolean
  /** Asks the index server anew who has an image. */
  readonly find: (digest: Digest, signal: AbortSignal) => Promise<CatalogImage | undefined>
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

/** Brings the images of a queue into a folder, several at once and spread over their owners. */
export class TransferEngine {
  readonly #options: TransferEngineOptions
  readonly #stopping = new AbortController()
  /** One for each running transfer, `atOnce` and {@link MAX_UNNAMED} at most. */
  readonly #running = new Map<Digest, Promise<void>>()
  /** Those of them that do not have all their bytes. */
  readonly #fetching = new Set<Digest>()
  #weight = 0
  /** Transfers that have the owner as their first, by its address. */
  readonly #load = new Map<string, number>()
  readonly #distrusted = new Set<string>()
  #wakeTimer: NodeJS.Timeout | undefined
  #keepTimer: NodeJS.Timeout | undefined
  #roomTimer: NodeJS.Timeout | undefined
  #idle = Promise.withResolvers<void>()

  constructor(options: TransferEngineOptions) {
    this.#options = options
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

  /** Begins what can be begun; to be called after any change made to the queue directly. */
  pump(): void {
    const { queue, atOnce } = this.#options
    if (this.#stopping.signal.aborted) return
    queue.wake(Date.now())
    while (this.#weight <= atOnce - SMALL_WEIGHT && this.#running.size - this.#fetching.size < MAX_UNNAMED) {
      const transfer = queue.next(owner => this.#rank(owner))
      if (transfer === undefined || !this.#begin(transfer)) break
    }
    this.#keepSoon()
    clearTimeout(this.#wakeTimer)
    const { wakeAtMs } = queue
    if (wakeAtMs !== undefined)
      this.#wakeTimer = setTimeout(() => this.pump(), Math.max(0, wakeAtMs - Date.now()))
    const { waiting, running, retrying } = queue.counts
    if (waiting + running + retrying === 0) this.#idle.resolve()
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

  /** Goes on after a pause of the whole queue. */
  resumeAll(why?: QueuePause): void {
    clearTimeout(this.#roomTimer)
    if (this.#options.queue.resumeAll(why)) this.#options.observer.onResumed()
    this.pump()
  }

  /** Ends every transfer under way, keeps the queue, and closes the store. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Failure('cancelled', {}))
    for (const timer of [this.#wakeTimer, this.#keepTimer, this.#roomTimer]) clearTimeout(timer)
    await Promise.all(this.#running.values())
    await this.#options.fetcher.stop()
    clearTimeout(this.#keepTimer)
    this.#keep()
    this.#options.store.close()
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
    const ended = this.#run(transfer).finally(() => {
      this.#arrived(transfer)
      this.#running.delete(digest)
      this.pump()
    })
    this.#running.set(digest, ended)
    return true
  }

  async #run(transfer: Transfer): Promise<void> {
    const { queue, fetcher, directory, observer } = this.#options
    const { digest } = transfer
    const { signal } = this.#stopping
    let first: string | undefined
    try {
      const image = await this.#withOwners(transfer, signal)
      first = image.owners[0] && formatEndpoint(image.owners[0])
      if (first !== undefined) this.#load.set(first, (this.#load.get(first) ?? 0) + 1)
      observer.onStarted(transfer)
      const saved = await fetcher.download({
        image,
        directory,
        limits: FETCH_LIMITS,
        signal,
        observer: {
          onBytes: (owner, bytes) => {
            if (queue.progress(digest, bytes)) observer.onProgress(transfer, owner, bytes)
          },
          onFailedAttempt: attempt => observer.onFailedAttempt(transfer, attempt),
          onArrived: () => {
            this.#arrived(transfer)
            this.pump()
          },
        },
        onWrongContent: owner => this.#distrust(formatEndpoint(owner)),
      })
      queue.succeed(digest, saved.bytes)
      observer.onSaved(transfer, saved)
    } catch (error) {
      this.#failed(transfer, error, signal)
    } finally {
      const left = (first === undefined ? 0 : (this.#load.get(first) ?? 1)) - 1
      if (first !== undefined && left > 0) this.#load.set(first, left)
      else if (first !== undefined) this.#load.delete(first)
    }
  }

  #arrived(transfer: Transfer): void {
    if (this.#fetching.delete(transfer.digest)) this.#weight -= weightOf(transfer)
  }

  /** The image with its owners in the order in which to ask; looked up anew once a try failed. */
  async #withOwners(transfer: Transfer, signal: AbortSignal): Promise<CatalogImage> {
    const { digest, name, details, owners } = transfer
    const known = { digest, name, details, owners, ownerCount: owners.length, disputed: false }
    const image = transfer.attempts === 0 ? known : await this.#options.find(digest, signal)
    if (image === undefined) throw new Failure('imageNotListed', { wanted: name })
    const ranked = image.owners.map(owner => ({ owner, rank: this.#rank(owner) + Math.random() / 2 }))
    return { ...image, owners: ranked.sort((one, other) => one.rank - other.rank).map(({ owner }) => owner) }
  }

  #failed(transfer: Transfer, error: unknown, signal: AbortSignal): void {
    const { queue, observer, random = Math.random } = this.#options
    const { digest } = transfer
    if (signal.aborted) {
      queue.interrupt(digest)
      return
    }
    if (isFailure(error, 'diskFull')) {
      queue.interrupt(digest)
      if (queue.pauseReason !== undefined) return
      queue.pauseAll('diskFull')
      observer.onPaused('diskFull', error)
      this.#resumeWithRoom()
      return
    }
    const code = error instanceof Failure ? error.code : 'unexpected'
    const isFinal = FINAL_FAILURES.some(final => final === code)
    queue.fail(digest, { error: code, isFinal }, Date.now(), random())
    const now = queue.get(digest) ?? { ...transfer, state: 'failed' as const }
    if (now.state === 'retrying') observer.onRetrying(now, error)
    else observer.onFailed(now, error)
  }

  /** Looks now and then whether the disk has room again. */
  #resumeWithRoom(): void {
    const { directory, roomCheckMs = ROOM_CHECK_MS } = this.#options
    this.#roomTimer = setTimeout(async () => {
      const status = await statfs(directory).catch(() => undefined)
      if (this.#stopping.signal.aborted) return
      if (status === undefined || status.blocks === 0 || status.bavail * status.bsize >= ROOM_BYTES)
        this.resumeAll('diskFull')
      else this.#resumeWithRoom()
    }, roomCheckMs)
  }

  /** How much speaks against asking an owner now: what it has to do for us, and above all that it sent wrong bytes. */
  #rank(owner: Endpoint): number {
    const address = formatEndpoint(owner)
    return (this.#load.get(address) ?? 0) + (this.#distrusted.has(address) ? 1e6 : 0)
  }

  #distrust(owner: string): void {
    this.#distrusted.add(owner)
    const [oldest] = this.#distrusted
    if (this.#distrusted.size > MAX_DISTRUSTED && oldest !== undefined) this.#distrusted.delete(oldest)
  }

  #keepSoon(): void {
    const { queue } = this.#options
    if (queue.changeCount >= KEEP_CHANGES) this.#keep()
    else if (queue.changeCount > 0) this.#keepTimer ??= setTimeout(() => this.#keep(), KEEP_MS)
  }

  #keep(): void {
    clearTimeout(this.#keepTimer)
    this.#keepTimer = undefined
    const { queue, store } = this.#options
    const { changed, gone } = queue.takeChanges()
    store.keep(changed, gone)
  }
}

/** Owners remembered for having sent wrong bytes, at most; the oldest is forgotten first. */
const MAX_DISTRUSTED = 10_000

function weightOf({ details: { bytes } }: Transfer): number {
  return bytes !== undefined && bytes <= SMALL_BYTES ? SMALL_WEIGHT : 1
}
