import { type Catalog, Outcome } from '../../catalog/catalog.ts'
import { NO_ROW } from '../../catalog/rows.ts'
import type { ImageEntry } from '../../protocol/catalog-api.ts'
import { DIGEST_WORDS, decodeDigest, decodeList, ListTable } from '../../protocol/encoded-list.ts'
import { MAX_ENTRIES_AT_ONCE, type PeerIdentity } from '../index-state.ts'
import type { JournalVisitor, RecordedRegistration } from '../journal/journal-source.ts'
import type { LogEntry } from '../journal/log-entry.ts'
import type { AbsentRegistrations } from './absent-registrations.ts'
import { imagesOf } from './recorded-registrations.ts'
import { toWireList } from './wire-list.ts'

/** Rows of images that there is room for from the start. */
const START_ROWS = 1 << 16

/**
 * Fills an empty catalog with what the journal kept. Every registration is as if heard now: it has a whole lease to be heard
 * again in.
 */
export class RestoredCatalog implements JournalVisitor {
  readonly #catalog: Catalog
  readonly #absent: AbsentRegistrations
  readonly #nowSeconds: number
  /** By image row, its place among all images as it was recorded: the first of those that its owners have. */
  #places: Float64Array | undefined = new Float64Array(START_ROWS)
  readonly #digestWords = new Uint32Array(DIGEST_WORDS)
  readonly #table = new ListTable()
  #refused = 0

  constructor(catalog: Catalog, absent: AbsentRegistrations, nowSeconds: number) {
    this.#catalog = catalog
    this.#absent = absent
    this.#nowSeconds = nowSeconds
  }

  /** What could not be listed again, for the limits are lower now: registrations, and lists of images. */
  get refused(): number {
    return this.#refused
  }

  registration(peer: PeerIdentity, { passwordDigest, leased, absent, images }: RecordedRegistration): void {
    if (absent) {
      const kept = { passwordDigest, hasLease: leased, images: [...images], sinceSeconds: this.#nowSeconds }
      this.#absent.add(peer, kept)
      return
    }
    const registration = this.#register(peer, passwordDigest)
    if (registration === NO_ROW) return
    if (leased) this.#catalog.registrations.giveLease(registration)
    let slice: ImageEntry[] = []
    let orders: number[] = []
    for (const { order, entry } of images) {
      slice.push(entry)
      orders.push(order)
      if (slice.length < MAX_ENTRIES_AT_ONCE) continue
      this.#add(registration, slice, orders)
      slice = []
      orders = []
    }
    this.#add(registration, slice, orders)
  }

  entry(entry: LogEntry): void {
    this.finish()
    const { peer, kind } = entry
    const { registrations } = this.#catalog
    let registration = registrations.find(peer.address, 0, peer.port)
    if (kind === 'list' || kind === 'images') {
      this.#absent.take(peer)
      if (registration === NO_ROW) registration = this.#register(peer, entry.passwordDigest)
      if (registration === NO_ROW) return
      if (kind === 'images') this.#add(registration, entry.entries, [])
      else this.#replace(registration, entry.bytes, entry.start, entry.end)
      return
    }
    if (kind === 'present') {
      this.#bringBack(peer)
      return
    }
    if (registration === NO_ROW) {
      if (kind === 'ended') this.#absent.take(peer)
      return
    }
    switch (kind) {
      case 'removed':
        if (entry.digests.length > 0) {
          const list = toWireList(entry.digests.map(md5 => ({ md5 })))
          if (list !== undefined) this.#catalog.removeImages(registration, list)
        }
        return
      case 'ended':
        this.#catalog.end(registration)
        return
      case 'absent':
        this.#setAside(registration, peer)
        return
      case 'leased':
        registrations.giveLease(registration)
        return
      default:
        kind satisfies never
    }
  }

  /** To be called when all was told. */
  finish(): void {
    const places = this.#places
    if (places === undefined) return
    this.#places = undefined
    this.#catalog.images.restoreOrder(places)
  }

  #register(peer: PeerIdentity, passwordDigest: Uint8Array): number {
    const made = this.#catalog.register(peer.address, 0, peer.port, passwordDigest, this.#nowSeconds)
    if (typeof made !== 'string') return made
    this.#refused += 1
    return NO_ROW
  }

  #replace(registration: number, bytes: Uint8Array, start: number, end: number): void {
    const list = decodeList(bytes, start, end, this.#table)
    if (list === undefined || this.#catalog.replaceImages(registration, list) === Outcome.tooManyImages) {
      this.#refused += 1
    }
  }

  #add(registration: number, entries: readonly ImageEntry[], orders: readonly number[]): void {
    if (entries.length === 0) return
    const list = toWireList(entries)
    if (list === undefined || this.#catalog.addImages(registration, list) === Outcome.tooManyImages) {
      this.#refused += 1
      return
    }
    entries.forEach(({ md5, name: _, ...details }, index) => {
      const order = orders[index]
      if (order === undefined && Object.keys(details).length === 0) return
      if (!decodeDigest(Buffer.from(md5), 0, this.#digestWords, 0)) return
      const image = this.#catalog.images.findDigest(this.#digestWords, 0)
      if (order !== undefined) this.#notePlace(image, order)
      if (Object.keys(details).length > 0) this.#catalog.describe(image, details)
    })
  }

  #notePlace(image: number, order: number): void {
    let places = this.#places
    if (places === undefined) return
    if (image >= places.length) {
      const roomier = new Float64Array(Math.max(image + 1, places.length * 2))
      roomier.set(places)
      places = roomier
      this.#places = roomier
    }
    const before = places[image] ?? 0
    if (before === 0 || order < before) places[image] = order
  }

  #setAside(registration: number, peer: PeerIdentity): void {
    const { registrations } = this.#catalog
    const passwordDigest = new Uint8Array(32)
    registrations.copyPasswordDigest(registration, passwordDigest, 0)
    const hasLease = registrations.hasLease(registration)
    const images = [...imagesOf(this.#catalog, registration)]
    this.#catalog.end(registration)
    this.#absent.add(peer, { passwordDigest, hasLease, images, sinceSeconds: this.#nowSeconds })
  }

  #bringBack(peer: PeerIdentity): void {
    const absent = this.#absent.take(peer)
    if (absent === undefined) return
    const registration = this.#register(peer, absent.passwordDigest)
    if (registration === NO_ROW) return
    if (absent.hasLease) this.#catalog.registrations.giveLease(registration)
    const entries = absent.images.toSorted((one, other) => one.order - other.order).map(({ entry }) => entry)
    for (let at = 0; at < entries.length; at += MAX_ENTRIES_AT_ONCE) {
      this.#add(registration, entries.slice(at, at + MAX_ENTRIES_AT_ONCE), [])
    }
  }
}
