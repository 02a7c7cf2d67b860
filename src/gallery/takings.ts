import type { CatalogImage } from '../peer/catalog-image.ts'
import type { Peer } from '../peer/peer.ts'
import type { Digest } from '../protocol/digest.ts'
import { MAX_WANTED, type Taking, type Takings } from './gallery-shapes.ts'

/** Whatever fetches pictures into the folder on behalf of the page. */
export interface PictureTaker {
  /** Wants pictures; those that are wanted or there already are left as they are. */
  take(images: readonly CatalogImage[]): void
  /** How everything stands. */
  state(): Takings
  /** Calls `listener` after something changed, until the function that is returned is called. */
  subscribe(listener: () => void): () => void
  stop(): Promise<void>
}

/** Pictures fetched at once. */
const AT_ONCE = 4

/** Pictures told of at once, those that changed last. */
const MAX_TOLD = 200

/** Fetches what is wanted by {@link Peer.download}, some at once, in the order in which they were wanted. */
export class DownloadTaker implements PictureTaker {
  readonly #peer: Pick<Peer, 'download' | 'has'>
  readonly #stopping = new AbortController()
  readonly #listeners = new Set<() => void>()
  /** Everything wanted since the start, that which changed last at the end; at most twice {@link MAX_WANTED}. */
  readonly #takings = new Map<Digest, Taking>()
  readonly #queue: CatalogImage[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(peer: Pick<Peer, 'download' | 'has'>) {
    this.#peer = peer
  }

  take(images: readonly CatalogImage[]): void {
    for (const image of images) {
      const state = this.#takings.get(image.digest)?.state
      if (state === 'waiting' || state === 'running' || this.#peer.has(image.digest)) continue
      if (this.#queue.length >= MAX_WANTED) break
      this.#note(image, 'waiting', 0)
      this.#queue.push(image)
    }
    this.#startNext()
  }

  state(): Takings {
    const all = [...this.#takings.values()]
    const countOf = (state: Taking['state']) => all.filter(taking => taking.state === state).length
    return {
      takings: all.slice(-MAX_TOLD).reverse(),
      waiting: countOf('waiting'),
      running: countOf('running'),
      done: countOf('done'),
      failed: countOf('failed'),
    }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#queue.length = 0
    await Promise.all(this.#running)
  }

  #startNext(): void {
    while (this.#running.size < AT_ONCE && !this.#stopping.signal.aborted) {
      const image = this.#queue.shift()
      if (image === undefined) return
      const running = this.#download(image).finally(() => {
        this.#running.delete(running)
        this.#startNext()
      })
      this.#running.add(running)
    }
  }

  async #download(image: CatalogImage): Promise<void> {
    this.#note(image, 'running', 0)
    const observer = {
      onBytes: (_owner: string, bytes: number) => this.#note(image, 'running', bytes),
      onFailedAttempt: () => {},
    }
    try {
      await this.#peer.download(image, observer, this.#stopping.signal)
      this.#note(image, 'done', image.details.bytes ?? 0)
    } catch {
      this.#note(image, 'failed', 0)
    }
  }

  #note({ digest, name, details }: CatalogImage, state: Taking['state'], received: number): void {
    const bytes = details.bytes === undefined ? {} : { bytes: details.bytes }
    this.#takings.delete(digest)
    this.#takings.set(digest, { md5: digest, name, state, received, ...bytes })
    for (const [oldest, taking] of this.#takings) {
      if (this.#takings.size <= 2 * MAX_WANTED) break
      if (taking.state === 'done' || taking.state === 'failed') this.#takings.delete(oldest)
    }
    for (const listener of this.#listeners) listener()
  }
}
