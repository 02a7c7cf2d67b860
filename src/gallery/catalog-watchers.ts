import type { ServerResponse } from 'node:http'
import type { CatalogNews } from '../peer/catalog-client.ts'
import type { Peer } from '../peer/peer.ts'
import type { WallNews } from './gallery-shapes.ts'
import { GalleryProblem } from './problems.ts'
import type { PictureTaker } from './takings.ts'
import { uploadsOf } from './uploads.ts'

/** Pages that watch at once. */
const MAX_WATCHERS = 16

/** Milliseconds for which changes are collected: a page that is drawn anew more often is of no use to anybody. */
const COLLECT_MS = 250

/** MD5 sums of what went, told at once; beyond them, a page is told to list anew. */
const MAX_GONE = 500

/** Milliseconds between two looks at what is being sent, while a page is open. */
const UPLOADS_LOOK_MS = 500

/** Bytes that may wait for a page before it is cut off; it comes back and lists anew. */
const MAX_WAITING_BYTES = 1024 * 1024

/** Tells open pages what changes in the network and in what is being taken; the network is watched while there is one. */
export class CatalogWatchers {
  readonly #peer: Pick<Peer, 'watchCatalog' | 'uploads'>
  readonly #taker: PictureTaker
  readonly #open = new Set<ServerResponse>()
  readonly #gone = new Set<string>()
  #came = 0
  #isReset = false
  #isTaking = false
  #timer: NodeJS.Timeout | undefined
  #uploadsTimer: NodeJS.Timeout | undefined
  #wereUploads = false
  #watching: { readonly ending: AbortController; readonly over: Promise<void> } | undefined
  readonly #unsubscribe: () => void

  constructor(peer: Pick<Peer, 'watchCatalog' | 'uploads'>, taker: PictureTaker) {
    this.#peer = peer
    this.#taker = taker
    this.#unsubscribe = taker.subscribe(() => {
      this.#isTaking = true
      this.#collect()
    })
  }

  /** Throws `tooManyWatchers` where no place is left. */
  takePlace(): void {
    if (this.#open.size >= MAX_WATCHERS) throw new GalleryProblem('tooManyWatchers')
  }

  /** Tells `response` until either side ends. */
  add(response: ServerResponse): void {
    this.#open.add(response)
    response.on('error', () => response.destroy())
    response.once('close', () => {
      this.#open.delete(response)
      if (this.#open.size > 0) return
      this.#watching?.ending.abort()
      clearInterval(this.#uploadsTimer)
      this.#uploadsTimer = undefined
    })
    this.#uploadsTimer ??= setInterval(() => this.#tellUploads(), UPLOADS_LOOK_MS)
    response.write(`retry:1000\n\n${eventOf('takings', this.#taker.state())}`)
    this.#watch()
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    clearTimeout(this.#timer)
    clearInterval(this.#uploadsTimer)
    for (const response of this.#open) response.destroy()
    this.#watching?.ending.abort()
    await this.#watching?.over
  }

  #watch(): void {
    if (this.#watching !== undefined && !this.#watching.ending.signal.aborted) return
    const ending = new AbortController()
    const over = this.#peer
      .watchCatalog(change => this.#note(change), ending.signal)
      .catch(() => {})
      .finally(() => {
        if (this.#watching?.ending === ending) this.#watching = undefined
      })
    this.#watching = { ending, over }
  }

  #note(change: CatalogNews): void {
    if (change.kind === 'image') this.#came += 1
    else if (change.kind === 'gone') this.#gone.add(change.digest)
    else this.#isReset = true
    if (this.#gone.size > MAX_GONE) {
      this.#gone.clear()
      this.#isReset = true
    }
    this.#collect()
  }

  #collect(): void {
    if (this.#open.size === 0) return
    this.#timer ??= setTimeout(() => this.#tell(), COLLECT_MS)
  }

  #tell(): void {
    this.#timer = undefined
    const news: WallNews = { came: this.#came, gone: [...this.#gone], reset: this.#isReset }
    const events =
      (news.came > 0 || news.gone.length > 0 || news.reset ? eventOf('catalog', news) : '') +
      (this.#isTaking ? eventOf('takings', this.#taker.state()) : '')
    this.#came = 0
    this.#gone.clear()
    this.#isReset = false
    this.#isTaking = false
    this.#write(events)
  }

  #tellUploads(): void {
    const told = uploadsOf(this.#peer)
    const isAny = told.uploads.length > 0
    if (isAny || this.#wereUploads) this.#write(eventOf('uploads', told))
    this.#wereUploads = isAny
  }

  #write(events: string): void {
    for (const response of this.#open) {
      if (response.writableLength > MAX_WAITING_BYTES) response.destroy()
      else response.write(events)
    }
  }
}

/** JSON has no line break, so it is one line. */
function eventOf(name: string, data: object): string {
  return `event:${name}\ndata:${JSON.stringify(data)}\n\n`
}
