import { setImmediate as turn } from 'node:timers/promises'
import { type CatalogLimits, DEFAULT_CATALOG_LIMITS } from '../../src/catalog/catalog-limits.ts'
import {
  type Counts,
  DEFAULT_PAGE_ENTRIES,
  type Image,
  type ImageEntry,
  type ImagePage,
  type ImageQuery,
} from '../../src/protocol/catalog-api.ts'
import { type Digest, parseDigest } from '../../src/protocol/digest.ts'
import { formatEndpoint } from '../../src/protocol/endpoint.ts'
import { formatAddress, isIPv4Mapped } from '../../src/protocol/ip-address.ts'
import { ALIKE_BITS, likenessDistance } from '../../src/protocol/likeness.ts'
import {
  type CatalogChange,
  type IndexState,
  type ListReplacement,
  MAX_ENTRIES_AT_ONCE,
  type PeerIdentity,
  type Refusal,
  type RegistrationStanding,
  type Viewpoint,
} from '../../src/server/index-state.ts'

interface Registration {
  readonly peer: PeerIdentity
  readonly password: string
  readonly digests: Set<string>
}

interface StoredImage {
  readonly md5: string
  /** As the first owner named it. */
  readonly name: string
  /** The place of its first registration among all. */
  readonly order: number
  /** What each owner said of it, by the owner's key, in the order in which they came. */
  readonly claims: Map<string, ImageEntry>
}

interface Watcher {
  readonly viewpoint: Viewpoint
  readonly listener: (changes: readonly CatalogChange[]) => void
}

interface LoggedChange {
  readonly number: number
  readonly digest: string
  readonly kind: 'image' | 'gone'
}

const LISTED_OWNERS = 32
const LEASE_SECONDS = 120

/**
 * What an index server's state does, in strings and maps: slow, and plain enough to be read as the specification. Leases
 * are given and never run out; nothing is on a disk, and {@link commits} counts how often it was asked for.
 */
export class InMemoryIndexState implements IndexState {
  readonly #limits: CatalogLimits
  readonly #keptChanges: number
  readonly #registrations = new Map<string, Registration>()
  readonly #images = new Map<string, StoredImage>()
  readonly #watchers = new Set<Watcher>()
  /** The last changes, the oldest first. */
  #changes: LoggedChange[] = []
  #untold: LoggedChange[] = []
  #changeNumber = 0
  #orders = 0
  #holdings = 0
  #nameBytes = 0
  /** How often {@link commit} was called. */
  commits = 0

  constructor(limits: Partial<CatalogLimits> = {}, keptChanges = 1000) {
    this.#limits = { ...DEFAULT_CATALOG_LIMITS, ...limits }
    this.#keptChanges = keptChanges
  }

  register(peer: PeerIdentity, password: string): Refusal | undefined {
    const known = this.#registrations.get(keyOf(peer))
    if (known !== undefined) return known.password === password ? undefined : 'refusedPassword'
    if (this.#registrations.size >= this.#limits.registrations) return 'tooManyRegistrations'
    const address = formatAddress(peer.address)
    let ofAddress = 0
    for (const other of this.#registrations.values()) {
      if (formatAddress(other.peer.address) === address) ofAddress += 1
    }
    if (ofAddress >= this.#limits.registrationsPerAddress) return 'tooManyRegistrations'
    const kept = { address: peer.address.slice(), port: peer.port }
    this.#registrations.set(keyOf(peer), { peer: kept, password, digests: new Set() })
    return undefined
  }

  addImages(peer: PeerIdentity, password: string, entries: readonly ImageEntry[]): Refusal | undefined {
    const registration = this.#registrationOf(peer, password)
    if (registration === undefined) return 'refusedPassword'
    const size = registration.digests.size + countNew(entries, registration.digests)
    if (size > this.#limits.imagesPerRegistration) return 'tooManyImages'
    return this.#add(registration, entries)
  }

  removeImages(peer: PeerIdentity, password: string, digests: readonly Digest[]): Refusal | undefined {
    checkSlice(digests)
    const registration = this.#registrationOf(peer, password)
    if (registration === undefined) return 'refusedPassword'
    for (const digest of digests) this.#remove(registration, digest)
    return undefined
  }

  replaceImages(peer: PeerIdentity, password: string): ListReplacement | Refusal {
    const replaced = this.#registrationOf(peer, password)
    if (replaced === undefined) return 'refusedPassword'
    const named = new Set<string>()
    return {
      add: entries => {
        if (this.#registrationOf(peer, password) !== replaced) return 'refusedPassword'
        if (named.size + countNew(entries, named) > this.#limits.imagesPerRegistration) return 'tooManyImages'
        const refusal = this.#add(replaced, entries)
        if (refusal === undefined) for (const { md5 } of entries) named.add(md5)
        return refusal
      },
      finish: async () => {
        let count = 0
        for (const digest of [...replaced.digests]) {
          if (this.#registrationOf(peer, password) !== replaced) return 'refusedPassword'
          if (!named.has(digest)) this.#remove(replaced, digest)
          count += 1
          if (count % MAX_ENTRIES_AT_ONCE === 0) await turn()
        }
        return undefined
      },
    }
  }

  renew(peer: PeerIdentity, password: string): Refusal | undefined {
    return this.#registrationOf(peer, password) === undefined ? 'refusedPassword' : undefined
  }

  end(peer: PeerIdentity, password: string): Refusal | undefined {
    const registration = this.#registrationOf(peer, password)
    if (registration === undefined) return 'refusedPassword'
    for (const digest of [...registration.digests]) this.#remove(registration, digest)
    this.#registrations.delete(keyOf(peer))
    return undefined
  }

  standing(peer: PeerIdentity): RegistrationStanding | undefined {
    const registration = this.#registrations.get(keyOf(peer))
    if (registration === undefined) return undefined
    return { images: registration.digests.size, leaseSeconds: LEASE_SECONDS, reachable: undefined }
  }

  commit(): void {
    this.commits += 1
    const told = this.#untold
    if (told.length === 0) return
    this.#untold = []
    this.#changes = [...this.#changes, ...told].slice(-this.#keptChanges)
    for (const { listener, viewpoint } of [...this.#watchers]) listener(this.#render(told, viewpoint))
  }

  image(digest: Digest, viewpoint: Viewpoint): Image | undefined {
    const stored = this.#images.get(digest)
    return stored === undefined ? undefined : this.#show(stored, viewpoint)
  }

  async page(query: ImageQuery, viewpoint: Viewpoint, signal: AbortSignal): Promise<ImagePage | undefined> {
    const { like, limit = DEFAULT_PAGE_ENTRIES, cursor, offset = 0, count } = query
    const sort = query.sort ?? (like === undefined ? 'newest' : 'likeness')
    const after = cursor === undefined ? undefined : readCursor(cursor, sort)
    if (cursor !== undefined && after === undefined) return undefined
    await turn()
    signal.throwIfAborted()
    const found = [...this.#images.values()]
      .filter(stored => matches(stored, query))
      .filter(stored => query.owner === undefined || this.#ownersOf(stored, viewpoint).includes(query.owner))
      .map(stored => ({ stored, place: placeOf(stored, sort, like) }))
      .filter(({ place }) => after === undefined || comparePlaces(place, after) > 0)
      .sort((one, other) => comparePlaces(one.place, other.place))
    const shown = found.slice(offset, offset + limit)
    const total = count === undefined || cursor !== undefined ? {} : { total: found.length }
    const images = shown.map(({ stored }) => this.#show(stored, viewpoint))
    const last = shown.at(-1)
    return last === undefined || found.length <= offset + limit
      ? { images, ...total }
      : { images, ...total, next: writeCursor(last.place, sort) }
  }

  counts(): Counts {
    return { images: this.#images.size, registrations: this.#registrations.size, holdings: this.#holdings }
  }

  watch(
    after: number | undefined,
    viewpoint: Viewpoint,
    listener: (changes: readonly CatalogChange[]) => void,
  ): () => void {
    const told = this.#changeNumber - this.#untold.length
    if (after !== undefined && after !== told) {
      const oldest = this.#changes[0]?.number ?? told + 1
      if (after > told || after < oldest - 1) listener([{ number: told, kind: 'reset' }])
      else
        listener(
          this.#render(
            this.#changes.filter(({ number }) => number > after),
            viewpoint,
          ),
        )
    }
    const watcher = { viewpoint, listener }
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  get watcherCount(): number {
    return this.#watchers.size
  }

  #registrationOf(peer: PeerIdentity, password: string): Registration | undefined {
    const registration = this.#registrations.get(keyOf(peer))
    return registration?.password === password ? registration : undefined
  }

  #add(registration: Registration, entries: readonly ImageEntry[]): Refusal | undefined {
    checkSlice(entries)
    const owner = keyOf(registration.peer)
    const fresh = new Map(
      entries.filter(({ md5 }) => !this.#images.has(md5)).map(entry => [entry.md5, entry]),
    )
    let freshBytes = 0
    for (const { name } of fresh.values()) freshBytes += Buffer.byteLength(name)
    const limits = this.#limits
    if (this.#images.size + fresh.size > limits.images) return 'tooManyImages'
    if (this.#nameBytes + freshBytes > limits.nameBytes) return 'tooManyImages'
    if (this.#holdings + countNew(entries, registration.digests) > limits.holdings) return 'tooManyImages'
    this.#nameBytes += freshBytes
    for (const entry of entries) {
      const stored = this.#images.get(entry.md5) ?? {
        md5: entry.md5,
        name: entry.name,
        order: this.#orders++,
        claims: new Map(),
      }
      this.#images.set(entry.md5, stored)
      const before = stored.claims.get(owner)
      if (before === undefined) this.#holdings += 1
      stored.claims.set(owner, entry)
      registration.digests.add(entry.md5)
      if (before === undefined || JSON.stringify(before) !== JSON.stringify(entry)) this.#log(entry.md5)
    }
    return undefined
  }

  #remove(registration: Registration, digest: string): void {
    const stored = this.#images.get(digest)
    if (stored === undefined || !registration.digests.delete(digest)) return
    stored.claims.delete(keyOf(registration.peer))
    this.#holdings -= 1
    if (stored.claims.size === 0) {
      this.#images.delete(digest)
      this.#nameBytes -= Buffer.byteLength(stored.name)
    }
    this.#log(digest)
  }

  #log(digest: string): void {
    this.#changeNumber += 1
    const kind = this.#images.has(digest) ? 'image' : 'gone'
    this.#untold.push({ number: this.#changeNumber, digest, kind })
  }

  /** An image is told as it stands now; where it has gone since, only that it is gone. */
  #render(changes: readonly LoggedChange[], viewpoint: Viewpoint): CatalogChange[] {
    return changes.flatMap(({ number, digest, kind }): CatalogChange[] => {
      const asked = parseDigest(digest)
      if (asked === undefined) return []
      if (kind === 'gone') return [{ number, kind, digest: asked }]
      const image = this.image(asked, viewpoint)
      return image === undefined ? [] : [{ number, kind, image }]
    })
  }

  #ownersOf({ claims }: StoredImage, { loopbackAs }: Viewpoint): string[] {
    const peers = [...claims.keys()].flatMap(key => this.#registrations.get(key)?.peer ?? [])
    const ordered = [
      ...peers.filter(({ address }) => isIPv4Mapped(address)),
      ...peers.filter(({ address }) => !isIPv4Mapped(address)),
    ]
    return ordered.map(({ address, port }) => {
      const shown = isLoopback(address) ? (loopbackAs ?? address) : address
      return formatEndpoint({ address: formatAddress(shown), port })
    })
  }

  #show(stored: StoredImage, viewpoint: Viewpoint): Image {
    const { md5, name, claims } = stored
    const owners = this.#ownersOf(stored, viewpoint).slice(0, LISTED_OWNERS)
    const said = [...claims.values()]
    const { md5: _md5, name: _name, ...details } = Object.assign({}, ...said.toReversed()) as ImageEntry
    const sums = new Set(said.flatMap(({ sha256 }) => sha256 ?? []))
    return {
      md5,
      name,
      owners,
      ownerCount: claims.size,
      ...details,
      ...(sums.size > 1 ? { disputed: true } : {}),
    }
  }
}

function keyOf({ address, port }: PeerIdentity): string {
  return formatEndpoint({ address: formatAddress(address), port })
}

function isLoopback(address: Uint8Array): boolean {
  const text = formatAddress(address)
  return text === '::1' || text.startsWith('127.')
}

function countNew(entries: readonly ImageEntry[], known: ReadonlySet<string>): number {
  return new Set(entries.map(({ md5 }) => md5).filter(md5 => !known.has(md5))).size
}

function checkSlice(entries: readonly unknown[]): void {
  if (entries.length > MAX_ENTRIES_AT_ONCE) throw new RangeError(`${entries.length} entries at once`)
}

function detailsOf({ claims }: StoredImage): ImageEntry {
  return Object.assign({}, ...[...claims.values()].toReversed())
}

function matches(stored: StoredImage, query: ImageQuery): boolean {
  const { bytes, width, height, format, likeness } = detailsOf(stored)
  const name = fold(stored.name)
  if (!words(query.search ?? '').every(word => name.includes(word))) return false
  if (query.format !== undefined && !query.format.split(',').includes(format ?? '')) return false
  if (!isAtLeast(bytes, query.minBytes) || !isAtLeast(width, query.minWidth)) return false
  if (!isAtLeast(height, query.minHeight)) return false
  if (query.maxBytes !== undefined && (bytes === undefined || bytes > query.maxBytes)) return false
  if (
    query.like !== undefined &&
    (likeness === undefined || likenessDistance(likeness, query.like) > ALIKE_BITS)
  )
    return false
  if (query.orientation === undefined) return true
  if (width === undefined || height === undefined) return false
  const orientation = width > height ? 'landscape' : width < height ? 'portrait' : 'square'
  return orientation === query.orientation
}

function isAtLeast(value: number | undefined, least: number | undefined): boolean {
  return least === undefined || (value !== undefined && value >= least)
}

/** Case and accents do not count. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

function words(search: string): string[] {
  return fold(search)
    .split(/\s+/u)
    .filter(word => word !== '')
}

/** Where an image stands in an order: what it is sorted by, and what tells it from its equals. */
type Place = readonly [number | string, number]

function placeOf(stored: StoredImage, sort: string, like = ''): Place {
  switch (sort) {
    case 'name':
      return [fold(stored.name), stored.order]
    case 'size':
      return [-(detailsOf(stored).bytes ?? 0), stored.order]
    case 'taken':
      return [-(detailsOf(stored).taken ?? Number.MIN_SAFE_INTEGER), stored.order]
    case 'owners':
      return [-stored.claims.size, stored.order]
    case 'likeness':
      return [likenessDistance(detailsOf(stored).likeness ?? '', like), -stored.order]
    default:
      return [-stored.order, 0]
  }
}

function comparePlaces([one, oneOrder]: Place, [other, otherOrder]: Place): number {
  if (one === other) return oneOrder - otherOrder
  return one < other ? -1 : 1
}

function writeCursor(place: Place, sort: string): string {
  return Buffer.from(JSON.stringify([sort, ...place])).toString('base64url')
}

function readCursor(cursor: string, sort: string): Place | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(read) || read[0] !== sort || typeof read[2] !== 'number') return undefined
    const key: unknown = read[1]
    const isKey = sort === 'name' ? typeof key === 'string' : typeof key === 'number'
    return isKey ? [key as number | string, read[2]] : undefined
  } catch {
    return undefined
  }
}
