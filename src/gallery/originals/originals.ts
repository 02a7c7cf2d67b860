import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { CatalogImage } from '../../peer/catalog-image.ts'
import { DEFAULT_FETCH_LIMITS } from '../../peer/download/fetch-limits.ts'
import { ImageDownloader } from '../../peer/download/image-downloader.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../../peer/image-format.ts'
import { bytesInMemory, bytesOfFile } from '../../peer/image-header/image-bytes.ts'
import { readCamera } from '../../peer/image-header/read-image-header.ts'
import type { OpenedImage } from '../../peer/library/opened-image.ts'
import { SharedWork } from '../../peer/previews/shared-work.ts'
import type { Digest } from '../../protocol/digest.ts'
import { HttpClient, type HttpLimits } from '../../transport/http-client.ts'
import { isRasterFormat, rasterMediaType } from '../thumbnails/raster-image.ts'
import type { OriginalCache } from './original-cache.ts'

/** Bytes of a picture that is fetched to be looked at, at most: a browser needs several times as many to draw it. */
const MAX_ORIGINAL_BYTES = 256 * 1024 * 1024

/** Bytes of a picture's begin in which its camera is looked for: an EXIF block holds 64 KB in a JPEG. */
const CAMERA_BYTES = 128 * 1024

/** Owners asked for a picture's begin, at most. */
const MAX_ASKED = 2

/** For a picture's begin, which nobody should wait for long. */
const OWNER_LIMITS: HttpLimits = { connectMs: 1500, idleMs: 3000, answerMs: 5000, connections: 2 }

/** What {@link Originals} works with. */
export interface OriginalsOptions {
  /** The folder's own picture; `undefined` where it has none. */
  readonly own: (digest: Digest) => OpenedImage | undefined
  readonly cache: OriginalCache
  /** Who has a picture; `undefined` where nobody has. */
  readonly find: (digest: Digest, signal: AbortSignal) => Promise<CatalogImage | undefined>
  /** Bytes per second of what is fetched; 0 for no limit. */
  readonly downloadLimit: () => number
}

/** A picture as its owner has it, ready to be sent to the browser. */
export interface Original {
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
  /** It has to be read to its end or destroyed. */
  readonly content: Readable
}

/** An open file; closing it again does nothing. */
interface OpenFile extends Pick<OpenedImage, 'size' | 'close'> {
  readonly fd: number
}

/**
 * Pictures in full: of the person's folder, or fetched from their owners into a cache of the gallery's. Nothing of a
 * stranger's is shown before all of it was checked, and only what browsers draw that is nothing but pixels.
 */
export class Originals {
  readonly #options: OriginalsOptions
  readonly #http = new HttpClient(OWNER_LIMITS)
  readonly #work = new SharedWork<string | undefined>()
  #downloader: ImageDownloader | undefined

  constructor(options: OriginalsOptions) {
    this.#options = options
  }

  /**
   * The picture; `undefined` where it is not to be had, or nothing that a browser may be shown. Rejects with the signal's
   * reason, or as `find`.
   */
  async open(digest: Digest, signal: AbortSignal): Promise<Original | undefined> {
    const file = (await this.#openKept(digest)) ?? (await this.#fetch(digest, signal))
    if (file === undefined) return undefined
    const mediaType = rasterMediaType(headOf(file))
    if (mediaType === undefined) {
      file.close()
      return undefined
    }
    // Its end, as its being called off, closes the file; the descriptor is not the stream's.
    const content = createReadStream('', { fd: file.fd, autoClose: false, start: 0, end: file.size - 1 })
    for (const event of ['end', 'error', 'close']) content.once(event, () => file.close())
    return { mediaType, size: file.size, content }
  }

  /** The camera that a picture says it is of, in the stranger's words; of what is not here its begin alone is fetched. */
  async camera(digest: Digest, signal: AbortSignal): Promise<string | undefined> {
    const file = await this.#openKept(digest)
    if (file === undefined) return this.#cameraOfOwners(digest, signal)
    try {
      const head = headOf(file)
      const format = recogniseImage(head)
      return format === undefined ? undefined : readCamera(format, bytesOfFile(file.fd, file.size, head))
    } finally {
      file.close()
    }
  }

  /** Cuts what is under way. */
  async stop(): Promise<void> {
    this.#http.close()
    await this.#downloader?.stop()
    await this.#work.settled()
  }

  async #openKept(digest: Digest): Promise<OpenFile | undefined> {
    const own = this.#options.own(digest)
    // The person's file as it is, with what is taken out for others: nobody else gets it from here.
    if (own !== undefined) {
      const { size } = own
      return { fd: own.part(0, size).fd, size, close: () => own.close() }
    }
    const path = await this.#options.cache.find(digest)
    return path === undefined ? undefined : openFile(path)
  }

  async #fetch(digest: Digest, signal: AbortSignal): Promise<OpenFile | undefined> {
    const image = await this.#options.find(digest, signal)
    const { format = '', bytes = 0 } = image?.details ?? {}
    if (image === undefined || !isRasterFormat(format) || bytes > MAX_ORIGINAL_BYTES) return undefined
    const path = await this.#work.share(digest, signal, common => this.#download(image, common))
    return path === undefined ? undefined : openFile(path)
  }

  /** Where the picture is when it has arrived and is right; `undefined` where no owner gave it. */
  async #download(image: CatalogImage, signal: AbortSignal): Promise<string | undefined> {
    const { cache, downloadLimit } = this.#options
    this.#downloader ??= new ImageDownloader()
    this.#downloader.setDownloadLimit(downloadLimit())
    const { digest, details } = image
    try {
      await cache.open()
      const { path, bytes } = await this.#downloader.download({
        image: { ...image, name: `${cache.nameOf(digest)}.${details.format}` },
        directory: cache.folder,
        limits: { ...DEFAULT_FETCH_LIMITS, imageBytes: MAX_ORIGINAL_BYTES },
        signal,
        observer: { onBytes: () => {}, onFailedAttempt: () => {} },
        onWrongContent: () => {},
      })
      await cache.keep(digest, { path, bytes })
      return path
    } catch {
      await cache.removeParts(digest)
      signal.throwIfAborted()
      return undefined
    }
  }

  async #cameraOfOwners(digest: Digest, signal: AbortSignal): Promise<string | undefined> {
    const image = await this.#options.find(digest, signal)
    const headers = { range: `bytes=0-${CAMERA_BYTES - 1}` }
    for (const owner of (image?.owners ?? []).slice(0, MAX_ASKED)) {
      const target = `/images/${digest}`
      const asked = { method: 'GET', target, headers, maxBytes: CAMERA_BYTES } as const
      const result = await this.#http.exchange(owner, asked, signal)
      if (result.kind !== 'answer' || (result.status !== 206 && result.status !== 200)) continue
      const format = recogniseImage(result.body.subarray(0, IMAGE_HEAD_BYTES))
      return format === undefined ? undefined : readCamera(format, bytesInMemory(result.body))
    }
    return undefined
  }
}

function headOf({ fd }: OpenFile): Buffer {
  const head = Buffer.alloc(IMAGE_HEAD_BYTES)
  return head.subarray(0, readSync(fd, head, 0, head.length, 0))
}

/** `undefined` where somebody removed it. */
function openFile(path: string): OpenFile | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return undefined
  }
  let isOpen = true
  const close = () => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
  return { fd, size: fstatSync(fd).size, close }
}
