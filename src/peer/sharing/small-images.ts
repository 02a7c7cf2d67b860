import type { Digest } from '../../protocol/digest.ts'
import { encodeResponseHead, redateResponse } from '../../protocol/http-response.ts'
import type { Library } from '../library/library.ts'
import type { OpenedImage } from '../library/opened-image.ts'
import { imageHeaders } from './image-route.ts'

/** Bytes that are kept at most: hundreds of small images, and little beside what the program takes anyway. */
const MAX_KEPT_BYTES = 16 * 1024 ** 2

/** An image that goes out in one piece. */
export interface SmallImage {
  /** The file's name. */
  readonly name: string
  readonly bytes: Buffer
  /** The answer of HTTP to a plain GET, head and image, with this `Date`, on a connection that ends with it or not. */
  answer(date: string, isLast: boolean): Buffer
}

/**
 * Small images as others get them, kept in memory: to open, read and close the file for each who asks would take longer
 * than sending it. What is kept has the content that its digest names, whatever became of the file since.
 */
export class SmallImages {
  readonly #library: Pick<Library, 'has'>
  /** Those that were kept first go first. */
  readonly #kept = new Map<Digest, SmallImage>()
  #keptBytes = 0

  constructor(library: Pick<Library, 'has'>) {
    this.#library = library
  }

  /** `undefined` where it is not kept, or not shared any more. */
  get(digest: Digest): SmallImage | undefined {
    return this.#library.has(digest) ? this.#kept.get(digest) : undefined
  }

  /** Reads a small image whole, and keeps it; `undefined` where the file is no longer what was hashed. */
  read(digest: Digest, opened: OpenedImage, nowMs: number): SmallImage | undefined {
    const bytes = Buffer.allocUnsafeSlow(opened.size)
    if (opened.read(bytes, 0) < bytes.length || !opened.unchanged()) return undefined
    const image = new ImageInMemory(opened.name, bytes, imageHeaders(digest, opened, nowMs))
    this.#forget(digest)
    this.#kept.set(digest, image)
    this.#keptBytes += keptBytesOf(image)
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) break
      this.#forget(oldest)
    }
    return image
  }

  #forget(digest: Digest): void {
    const kept = this.#kept.get(digest)
    if (kept === undefined) return
    this.#kept.delete(digest)
    this.#keptBytes -= keptBytesOf(kept)
  }

  /** Forgets all: names and times of files may have changed. */
  clear(): void {
    this.#kept.clear()
    this.#keptBytes = 0
  }
}

/** With the answer that is made of it, and with what each takes beside its bytes: measured with images of 100 bytes. */
function keptBytesOf({ bytes }: SmallImage): number {
  return 2 * bytes.length + 4096
}

class ImageInMemory implements SmallImage {
  readonly name: string
  readonly bytes: Buffer
  readonly #headers: Readonly<Record<string, string>>
  readonly #answer: { bytes: Buffer | undefined; date: string } = { bytes: undefined, date: '' }

  constructor(name: string, bytes: Buffer, headers: Readonly<Record<string, string>>) {
    this.name = name
    this.bytes = bytes
    this.#headers = headers
  }

  answer(date: string, isLast: boolean): Buffer {
    if (isLast) return this.#encode(date, true)
    const kept = this.#answer
    kept.bytes ??= this.#encode(date, false)
    // One that is still on its way gets the new date as well, which is as right.
    if (kept.date !== date) redateResponse(kept.bytes, date)
    kept.date = date
    return kept.bytes
  }

  #encode(date: string, isLast: boolean): Buffer {
    const head = encodeResponseHead({
      ...{ status: 200, headers: this.#headers, bodyBytes: this.bytes.length, isLast, date },
    })
    return Buffer.concat([Buffer.from(head, 'latin1'), this.bytes])
  }
}
