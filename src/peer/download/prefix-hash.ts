import { createHash, type Hash } from 'node:crypto'
import type { HashFollowers } from './hash-followers.ts'
import type { PartFile } from './part-file.ts'

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

/** Hashes an image while it arrives: small ones on the way, from what was just received; larger ones in other threads. */
export class PrefixHash {
  readonly #file: PartFile
  readonly #followers: HashFollowers
  readonly #wantsSha256: boolean
  #md5: Hash = createHash('md5')
  #sha256: Hash | undefined
  #hashed = 0
  #told = 0
  #following: ReturnType<HashFollowers['follow']> | undefined

  constructor(file: PartFile, followers: HashFollowers, wantsSha256: boolean) {
    this.#file = file
    this.#followers = followers
    this.#wantsSha256 = wantsSha256
    this.reset()
  }

  /** `prefix` bytes are in the file without a gap; `chunk`, at `position`, is the last that came. */
  advance(prefix: number, chunk: Buffer, position: number): void {
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
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(1, size - this.#hashed)))
    while (this.#hashed < size) {
      const read = this.#file.read(
        buffer.subarray(0, Math.min(buffer.length, size - this.#hashed)),
        this.#hashed,
      )
      if (read === 0) break
      this.#update(buffer.subarray(0, read))
    }
    return { md5: this.#md5.digest('hex'), sha256: this.#sha256?.digest('hex') }
  }

  /** Begins anew. */
  reset(): void {
    this.#following?.drop()
    this.#following = undefined
    this.#md5 = createHash('md5')
    this.#sha256 = this.#wantsSha256 ? createHash('sha256') : undefined
    this.#hashed = 0
    this.#told = 0
  }

  #update(chunk: Buffer): void {
    this.#md5.update(chunk)
    this.#sha256?.update(chunk)
    this.#hashed += chunk.length
  }

  #follow(prefix: number): void {
    this.#following = this.#followers.follow(this.#file.path, this.#wantsSha256)
    this.#told = prefix
    this.#following.advance(prefix)
  }
}
