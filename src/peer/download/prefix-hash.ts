import { createHash, type Hash, hash } from 'node:crypto'
import type { ArrivingFile } from './arriving-file.ts'
import type { HashFollowers } from './hash-followers.ts'

/** Bytes up to which an image is hashed where it is received: another thread is worth its while beyond. */
const HASHED_IN_PLACE_BYTES: number = 8 * 1024 ** 2

/** Bytes of news for a thread that hashes: often enough that it never idles long. */
const NEWS_BYTES = 1024 ** 2

const READ_BYTES = 256 * 1024

/** What an image's content hashes to, in lower-case hexadecimal. */
export interface ContentDigests {
  readonly md5: string
  /** Where it was asked for. */
  readonly sha256: string | undefined
}

/**
 * Hashes an image while it arrives: one held in memory at once when it is whole, others from what was just received, large
 * ones in other threads.
 */
export class PrefixHash {
  readonly #file: ArrivingFile
  readonly #followers: HashFollowers
  readonly #wantsSha256: boolean
  #md5: Hash | undefined
  #sha256: Hash | undefined
  #hashed = 0
  #told = 0
  #following: ReturnType<HashFollowers['follow']> | undefined

  constructor(file: ArrivingFile, followers: HashFollowers, wantsSha256: boolean) {
    this.#file = file
    this.#followers = followers
    this.#wantsSha256 = wantsSha256
  }

  /** `prefix` bytes are in the file without a gap; `chunk`, at `position`, is the last that came. */
  advance(prefix: number, chunk: Buffer, position: number): void {
    if (this.#file.held !== undefined) return
    if (this.#following !== undefined) {
      if (prefix - this.#told < NEWS_BYTES) return
      this.#told = prefix
      this.#following.advance(prefix)
    } else if (prefix > HASHED_IN_PLACE_BYTES) {
      this.#follow(prefix)
    } else if (position === this.#hashed && position + chunk.length <= prefix) {
      this.#update(chunk)
    }
  }

  /** The digests of the file's first `size` bytes. */
  async finish(size: number): Promise<ContentDigests> {
    if (this.#following === undefined && size > HASHED_IN_PLACE_BYTES) this.#follow(size)
    if (this.#following !== undefined) return this.#following.finish(size)
    const held = this.#file.held?.subarray(0, size)
    if (held !== undefined)
      return { md5: hash('md5', held), sha256: this.#wantsSha256 ? hash('sha256', held) : undefined }
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(1, size - this.#hashed)))
    while (this.#hashed < size) {
      const read = this.#file.read(
        buffer.subarray(0, Math.min(buffer.length, size - this.#hashed)),
        this.#hashed,
      )
      if (read === 0) break
      this.#update(buffer.subarray(0, read))
    }
    this.#update(NOTHING)
    return { md5: this.#md5?.digest('hex') ?? '', sha256: this.#sha256?.digest('hex') }
  }

  /** Begins anew. */
  reset(): void {
    this.#following?.drop()
    this.#following = undefined
    this.#md5 = undefined
    this.#sha256 = undefined
    this.#hashed = 0
    this.#told = 0
  }

  #update(chunk: Buffer): void {
    this.#md5 ??= createHash('md5')
    this.#md5.update(chunk)
    if (this.#wantsSha256) {
      this.#sha256 ??= createHash('sha256')
      this.#sha256.update(chunk)
    }
    this.#hashed += chunk.length
  }

  #follow(prefix: number): void {
    this.#following = this.#followers.follow(this.#file.path, this.#wantsSha256)
    this.#told = prefix
    this.#following.advance(prefix)
  }
}

const NOTHING: Buffer = Buffer.alloc(0)
