import { basename, dirname, extname, join } from 'node:path'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { CatalogImage } from '../catalog-image.ts'
import type { DownloadedImage, DownloadObserver } from '../download/download-request.ts'
import type { FetchLimits } from '../download/fetch-limits.ts'
import { ImageDownloader } from '../download/image-downloader.ts'
import type { UploadFlow } from '../sharing/upload-flows.ts'
import type { StoreCondition } from '../store-file.ts'
import type { ImageFetcher } from './image-fetcher.ts'
import { QueueLock } from './queue-lock.ts'
import type { Transfer, TransferState } from './transfer.ts'
import { DEFAULT_AT_ONCE, TransferEngine } from './transfer-engine.ts'
import { type TransferFlow, TransferFlows } from './transfer-flows.ts'
import type { TransferLimits } from './transfer-limits.ts'
import { type TransferObserver, TransferObservers } from './transfer-observer.ts'
import { type QueuePause, type TransferCounts, TransferQueue, type WantedImage } from './transfer-queue.ts'
import { TransferStore } from './transfer-store.ts'
import type { TransferVerb, TransferWish } from './transfer-wish.ts'

/** What the transfers of one folder work with. */
export interface TransfersOptions {
  /** See {@link transferStoreOf}. */
  readonly storePath: string
  readonly directory: string
  readonly limits: FetchLimits
  readonly has: (digest: Digest) => boolean
  readonly find: (digest: Digest, signal: AbortSignal) => Promise<CatalogImage | undefined>
  /** What is being sent to others, for other processes to see. */
  readonly uploads?: () => readonly UploadFlow[]
  readonly isOwn?: (owner: Endpoint) => boolean
  /** Images fetched at once. */
  readonly atOnce?: number
  /** Instead of what was last set for this folder. */
  readonly givenLimits?: Partial<TransferLimits>
  /** Goes on even where a person paused the whole queue before. */
  readonly goOn?: boolean
  readonly fetcher?: ImageFetcher & Pick<ImageDownloader, 'setDownloadLimit'>
}

/** Milliseconds that a command line, which only looks at a queue or changes it, has its lock at most. */
const GLANCE_MS = 1000

/** Milliseconds between two looks at what other processes ask for, each a read of one number unless one wrote. */
const LOOK_MS = 500

/**
 * The queue of one folder, worked off: what every front uses. One process at a time has the queue that is kept between
 * starts; a further one on the same folder has a queue of its own that nothing keeps ({@link isKept}).
 */
export class Transfers {
  readonly #store: TransferStore
  readonly #lock: QueueLock | 'taken'
  readonly #queue = new TransferQueue()
  readonly #observers = new TransferObservers()
  readonly #flows = new TransferFlows()
  readonly #fetcher: ImageFetcher & Pick<ImageDownloader, 'setDownloadLimit'>
  readonly #engine: TransferEngine
  readonly #uploads: () => readonly UploadFlow[]
  #limits: TransferLimits
  #lookTimer: NodeJS.Timeout | undefined
  #seenWrites = 0
  #hasToldFlows = false
  #hasToldUploads = false
  #stopped: Promise<void> | undefined

  private constructor(options: TransfersOptions) {
    const { storePath, fetcher = new ImageDownloader(), atOnce = DEFAULT_AT_ONCE } = options
    this.#lock = QueueLock.take(lockOf(storePath), GLANCE_MS)
    this.#store = TransferStore.open(this.isKept ? storePath : ':memory:')
    this.#fetcher = fetcher
    this.#uploads = options.uploads ?? (() => [])
    this.#queue.restore(this.#store.transfers())
    const { limits, isPaused } = this.#store.settings
    if (isPaused && options.goOn !== true) this.#queue.pauseAll('asked')
    else if (isPaused) this.#store.keepSettings({ isPaused: false })
    this.#limits = { ...limits, ...options.givenLimits }
    fetcher.setDownloadLimit(this.#limits.download)
    this.#observers.subscribe(this.#flows)
    const parts = { queue: this.#queue, store: this.#store, observer: this.#observers, fetcher, atOnce }
    this.#engine = new TransferEngine({ ...options, ...parts })
  }

  /** Opens the queue of a folder; nothing is begun before {@link start}, {@link add} or {@link fetch}. Never throws. */
  static open(options: TransfersOptions): Transfers {
    return new Transfers(options)
  }

  /** False where another process works the folder's queue off: this one is then forgotten at its end. */
  get isKept(): boolean {
    return this.#lock !== 'taken'
  }

  /** What happened when the store was opened. */
  get condition(): StoreCondition {
    return this.isKept ? this.#store.condition : { kind: 'fine' }
  }

  /** Goes on with what is in the queue, and does from now on what other processes ask for. */
  start(): void {
    this.#lookTimer ??= setInterval(() => this.#look(), LOOK_MS)
    this.#engine.pump()
  }

  /** Wants images; those that the queue has no room for are not taken, and their number is returned. */
  add(images: readonly WantedImage[], again: boolean): number {
    return this.#engine.add(images, again)
  }

  /** See {@link TransferEngine.fetch}. */
  fetch(image: CatalogImage, observer: DownloadObserver, signal: AbortSignal): Promise<DownloadedImage> {
    return this.#engine.fetch(image, observer, signal)
  }

  /** True while somebody waits for that image by {@link fetch}, and is told of it so. */
  isAwaited(digest: Digest): boolean {
    return this.#engine.isAwaited(digest)
  }

  /** Does what a person wants with one transfer; false where its state does not allow it. */
  wish(verb: TransferVerb, digest: Digest): boolean {
    return this.#engine.wish(verb, [digest]) > 0
  }

  /** Puts one directly before another; false where either has no place in the order. */
  moveBefore(digest: Digest, other: Digest): boolean {
    return this.#engine.moveBefore(digest, other)
  }

  /** Stops everything under way until {@link resumeAll}, over restarts too. */
  pauseAll(): void {
    this.#store.keepSettings({ isPaused: true })
    this.#engine.pauseAll()
  }

  /** Goes on, also with each transfer that was paused by itself. */
  resumeAll(): void {
    this.#store.keepSettings({ isPaused: false })
    this.#engine.wish('resume', [...this.#digestsIn('paused')])
    this.#engine.resumeAll()
  }

  cancelAll(): void {
    this.#engine.wish('cancel', [...this.#digestsIn('waiting', 'running', 'retrying', 'paused')])
  }

  /** Tries anew what failed; what was cancelled stays so. */
  retryAll(): void {
    this.#engine.wish('retry', [...this.#digestsIn('failed')])
  }

  get limits(): TransferLimits {
    return this.#limits
  }

  /** From now on, over restarts too. What there is of uploads is for whoever listens to `onLimits`. */
  setLimits(limits: Partial<TransferLimits>): void {
    this.#limits = { ...this.#limits, ...limits }
    this.#store.keepSettings({ limits })
    this.#fetcher.setDownloadLimit(this.#limits.download)
    this.#observers.onLimits(this.#limits)
  }

  /** Does a wish of another process, or of a command line. */
  do(wish: TransferWish): void {
    if (wish.verb === 'before') this.moveBefore(wish.digest, wish.other)
    else if (wish.verb === 'limit') this.setLimits({ [wish.limit]: wish.value })
    else if (wish.digest !== undefined) this.wish(wish.verb, wish.digest)
    else if (wish.verb === 'pause') this.pauseAll()
    else if (wish.verb === 'resume') this.resumeAll()
    else if (wish.verb === 'cancel') this.cancelAll()
    else if (wish.verb === 'retry') this.retryAll()
  }

  /** Every transfer that is remembered, in the order in which they are begun. */
  list(): Transfer[] {
    return [...this.#queue.transfers()].sort((one, other) => one.rank - other.rank)
  }

  get(digest: Digest): Transfer | undefined {
    return this.#queue.get(digest)
  }

  /** How a running transfer flows. */
  flow(digest: Digest): TransferFlow | undefined {
    return this.#flows.get(digest)
  }

  /** How each running transfer flows. */
  flows(): TransferFlow[] {
    return this.#flows.all()
  }

  /** Bytes that came since the start. */
  get bytesReceived(): number {
    return this.#flows.received
  }

  get counts(): TransferCounts {
    return this.#queue.counts
  }

  /** What is left of the open transfers' bytes, as far as their sizes are known. */
  get sizes(): TransferQueue['sizes'] {
    return this.#queue.sizes
  }

  /** Why the whole queue is held up. */
  get pauseReason(): QueuePause | undefined {
    return this.#queue.pauseReason
  }

  /** Tells `observer` what becomes of transfers, until the function that is returned is called. */
  subscribe(observer: Partial<TransferObserver>): () => void {
    return this.#observers.subscribe(observer)
  }

  /** Resolves when nothing is left that goes on by itself, or the signal aborts. */
  whenIdle(signal: AbortSignal): Promise<void> {
    return this.#engine.whenIdle(signal)
  }

  /** Ends what is under way so that the next start goes on with it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    clearInterval(this.#lookTimer)
    await this.#engine.stop()
    this.#store.keepFlows([])
    this.#store.keepUploads([])
    this.#store.close()
    if (this.#lock !== 'taken') this.#lock.release()
  }

  *#digestsIn(...states: readonly TransferState[]): Generator<Digest> {
    for (const { digest, state } of this.#queue.transfers()) if (states.includes(state)) yield digest
  }

  #look(): void {
    const writes = this.#store.writtenByOthers
    const wishes = writes === this.#seenWrites ? [] : this.#store.wishes()
    this.#seenWrites = writes
    for (const { wish } of wishes) if (wish !== undefined) this.do(wish)
    const flows = this.#flows.all()
    if (flows.length > 0 || this.#hasToldFlows) this.#store.keepFlows(flows)
    this.#hasToldFlows = flows.length > 0
    const uploads = this.#uploads()
    if (uploads.length > 0 || this.#hasToldUploads) this.#store.keepUploads(uploads)
    this.#hasToldUploads = uploads.length > 0
    const last = wishes.at(-1)
    if (last === undefined) return
    // Whoever asked looks at the result once the wish is gone.
    this.#engine.keep()
    this.#store.forgetWishes(last.id)
  }
}

/** Where the queue of a folder is kept: beside the file in which the peer remembers it. */
export function transferStoreOf(libraryStorePath: string): string {
  const name = basename(libraryStorePath, extname(libraryStorePath))
  return join(dirname(libraryStorePath), `${name}-transfers.sqlite`)
}

/** The file whose lock says who works the queue off. */
export function lockOf(storePath: string): string {
  return `${storePath}.lock`
}
