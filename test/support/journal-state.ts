import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import type { PeerIdentity } from '../../src/server/index-state.ts'
import type { CatalogJournal } from '../../src/server/journal/catalog-journal.ts'
import { keyOfPeer } from '../../src/server/journal/identity.ts'
import type {
  JournalSource,
  JournalVisitor,
  RecordedRegistration,
} from '../../src/server/journal/journal-source.ts'
import type { LogEntry } from '../../src/server/journal/log-entry.ts'

interface Registration {
  readonly peer: PeerIdentity
  readonly passwordDigest: Uint8Array
  leased: boolean
  absent: boolean
  readonly images: Map<string, { readonly order: number; readonly entry: ImageEntry }>
}

/** What the journal keeps, done the plain way: it is the source, the visitor, and what both are compared with. */
export class JournalState implements JournalSource, JournalVisitor {
  readonly #registrations = new Map<string, Registration>()
  #nextOrder = 0

  get count(): number {
    return this.#registrations.size
  }

  /** All of it in a form that can be compared; the order of images among themselves, not their numbers. */
  get shown(): unknown {
    return [...this.#registrations]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { peer, passwordDigest, leased, absent, images }]) => ({
        peer: `${Buffer.from(peer.address).toString('hex')}:${peer.port}`,
        password: Buffer.from(passwordDigest).toString('hex'),
        leased,
        absent,
        images: [...images.values()].sort((one, other) => one.order - other.order).map(({ entry }) => entry),
      }))
  }

  registration(peer: PeerIdentity): RecordedRegistration | undefined
  registration(peer: PeerIdentity, recorded: RecordedRegistration): undefined
  registration(peer: PeerIdentity, recorded?: RecordedRegistration): RecordedRegistration | undefined {
    if (recorded === undefined) {
      const found = this.#registrations.get(keyOfPeer(peer))
      return found === undefined ? undefined : { ...found, images: found.images.values() }
    }
    const { passwordDigest, leased, absent } = recorded
    const images = new Map<string, { order: number; entry: ImageEntry }>()
    for (const image of recorded.images) {
      images.set(image.entry.md5, image)
      this.#nextOrder = Math.max(this.#nextOrder, image.order + 1)
    }
    this.#registrations.set(keyOfPeer(peer), { peer, passwordDigest, leased, absent, images })
    return undefined
  }

  *registrations(): Generator<PeerIdentity> {
    for (const { peer } of this.#registrations.values()) yield peer
  }

  entry(entry: LogEntry): void {
    const key = keyOfPeer(entry.peer)
    const found = this.#registrations.get(key)
    switch (entry.kind) {
      case 'list': {
        const kept = found ?? this.#make(entry.peer, entry.passwordDigest)
        const entries = entriesOf(entry.bytes.subarray(entry.start, entry.end))
        const names = new Set(entries.map(({ md5 }) => md5))
        for (const md5 of kept.images.keys()) if (!names.has(md5)) kept.images.delete(md5)
        for (const image of entries) if (!kept.images.has(image.md5)) this.#put(kept, image)
        return
      }
      case 'images': {
        const kept = found ?? this.#make(entry.peer, entry.passwordDigest)
        for (const image of entry.entries) this.#put(kept, image)
        return
      }
      case 'removed':
        for (const digest of entry.digests) found?.images.delete(digest)
        return
      case 'ended':
        this.#registrations.delete(key)
        return
      case 'absent':
      case 'present':
        if (found !== undefined) found.absent = entry.kind === 'absent'
        return
      case 'leased':
        if (found !== undefined) found.leased = true
        return
      default:
        entry satisfies never
    }
  }

  #make(peer: PeerIdentity, passwordDigest: Uint8Array): Registration {
    const made = { peer, passwordDigest, leased: false, absent: false, images: new Map() }
    this.#registrations.set(keyOfPeer(peer), made)
    return made
  }

  #put(registration: Registration, entry: ImageEntry): void {
    const order = registration.images.get(entry.md5)?.order ?? this.#nextOrder
    this.#nextOrder += 1
    registration.images.set(entry.md5, { order, entry })
  }
}

/** Appends an entry as the server does. */
export function append(journal: CatalogJournal, entry: LogEntry): void {
  const { peer } = entry
  if (entry.kind === 'list') {
    const { passwordDigest, bytes, start, end } = entry
    journal.appendList(peer.address, 0, peer.port, passwordDigest, bytes, start, end)
  } else if (entry.kind === 'images') journal.appendImages(peer, entry.passwordDigest, entry.entries)
  else if (entry.kind === 'removed') journal.appendRemoved(peer, entry.digests)
  else journal.appendHappening(entry.kind, peer.address, 0, peer.port)
}

/** The peer of a number: each has an address and a port of its own. */
export function peerOf(number: number): PeerIdentity {
  const address = new Uint8Array(16)
  address.set([0xff, 0xff, 10], 10)
  new DataView(address.buffer).setUint16(14, number)
  address[13] = number >> 16
  return { address, port: 1024 + (number % 60_000) }
}

/** A digest of a number. */
export function digestOf(number: number): Digest {
  return number.toString(16).padStart(32, '0') as Digest
}

/** A list entry as REG and UPD make it. */
export function listEntry(peer: PeerIdentity, images: readonly { md5: string; name: string }[]): LogEntry {
  const bytes = Buffer.from(images.map(({ md5, name }) => `${md5},${name}`).join(';'))
  const passwordDigest = new Uint8Array(32).fill(peer.port % 256)
  return { kind: 'list', peer, passwordDigest, bytes, start: 0, end: bytes.length }
}

function entriesOf(list: Uint8Array): ImageEntry[] {
  return Buffer.from(list)
    .toString()
    .split(';')
    .map(text => ({ md5: text.slice(0, 32), name: text.slice(33) }))
}
