import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import { MAX_ENTRIES_AT_ONCE, type PeerIdentity } from '../index-state.ts'
import { ByteWriter } from './byte-writer.ts'
import {
  beginRow,
  type Happening,
  writeHappening,
  writeImages,
  writeList,
  writeRemoved,
} from './log-entry.ts'

/** Bytes at which a batch is written without waiting for the end of it: one of 64 short lists has some 10,000. */
const FULL_BYTES = 1_048_576

/** Bytes of the longest entry: 500 images with names of 1,024 bytes and every detail take some 600,000. */
const MAX_ENTRY_BYTES = 1_048_576

/** What was appended since the last commit, as one row of the log. */
export class PendingBatch {
  readonly #writer = new ByteWriter(FULL_BYTES + MAX_ENTRY_BYTES)
  #entries = 0

  constructor() {
    beginRow(this.#writer)
  }

  get entries(): number {
    return this.#entries
  }

  get isEmpty(): boolean {
    return this.#entries === 0
  }

  /** Whether it has to be written before more is appended. */
  get isFull(): boolean {
    return this.#writer.length >= FULL_BYTES
  }

  /** The row, in place: valid until the next call of anything else. */
  get row(): Uint8Array {
    return this.#writer.written
  }

  clear(): void {
    this.#writer.clear()
    this.#entries = 0
    beginRow(this.#writer)
  }

  addList(
    address: Uint8Array,
    addressStart: number,
    port: number,
    passwordDigest: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    writeList(this.#writer, address, addressStart, port, passwordDigest, bytes, start, end)
    this.#entries += 1
  }

  /** Adds the first of `entries` from `from` on, and gives the number of the first one left. */
  addImages(
    peer: PeerIdentity,
    passwordDigest: Uint8Array,
    entries: readonly ImageEntry[],
    from: number,
  ): number {
    const to = Math.min(entries.length, from + MAX_ENTRIES_AT_ONCE)
    writeImages(this.#writer, peer, passwordDigest, entries, from, to)
    this.#entries += 1
    return to
  }

  /** Adds the first of `digests` from `from` on, and gives the number of the first one left. */
  addRemoved(peer: PeerIdentity, digests: readonly Digest[], from: number): number {
    const to = Math.min(digests.length, from + MAX_ENTRIES_AT_ONCE)
    writeRemoved(this.#writer, peer, digests, from, to)
    this.#entries += 1
    return to
  }

  addHappening(kind: Happening, address: Uint8Array, addressStart: number, port: number): void {
    writeHappening(this.#writer, kind, address, addressStart, port)
    this.#entries += 1
  }
}
