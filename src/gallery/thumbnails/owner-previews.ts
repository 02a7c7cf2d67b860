import { createHash } from 'node:crypto'
import { monotonicMs } from '../../base/clock.ts'
import type { CatalogImage } from '../../peer/catalog-image.ts'
import type { PreviewCache } from '../../peer/previews/preview-cache.ts'
import { type PreviewSize, previewSizeFor } from '../../peer/previews/preview-sizes.ts'
import { SharedWork } from '../../peer/previews/shared-work.ts'
import type { Digest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import { HttpClient, type HttpLimits, type HttpResult } from '../../transport/http-client.ts'
import { isRasterFormat, type RasterImage, rasterImage } from './raster-image.ts'

/** Somebody looks at an empty tile meanwhile: an owner that takes longer is passed over. */
const OWNER_LIMITS: HttpLimits = { connectMs: 1500, idleMs: 4000, answerMs: 8000, connections: 6 }

/** Bytes of a preview, at most: a WebP of 2048 pixels seldom takes half of it. */
const MAX_PREVIEW_BYTES = 2 * 1024 * 1024

/** Bytes of an image that is fetched whole where none of its owners makes previews, at most. */
const MAX_ORIGINAL_BYTES = 1024 * 1024

/** Owners asked for one preview, at most. */
const MAX_ASKED = 4

/** Milliseconds for which a picture without a preview is not asked for again. */
const RETRY_MS = 30_000

/** Pictures remembered to have no preview, and owners remembered to make none, at most; the oldest goes first. */
const MAX_REMEMBERED = 10_000

/** What {@link OwnerPreviews} works with. */
export interface OwnerPreviewsOptions {
  readonly cache: PreviewCache
  /** Who has a picture; `undefined` where nobody has. */
  readonly find: (digest: Digest, signal: AbortSignal) => Promise<CatalogImage | undefined>
}

/**
 * Previews of pictures of the network, fetched from their owners when a page wants to show them and kept on the disk. What
 * comes is a stranger's: it is an image of a raster format, or nothing.
 */
export class OwnerPreviews {
  readonly #cache: PreviewCache
  readonly #find: OwnerPreviewsOptions['find']
  readonly #http = new HttpClient(OWNER_LIMITS)
  readonly #work = new SharedWork<RasterImage | undefined>()
  readonly #missedAtMs = new Map<string, number>()
  /** Owners that answered to an old request only, or not at all. */
  readonly #withoutPreviews = new Map<string, number>()

  constructor({ cache, find }: OwnerPreviewsOptions) {
    this.#cache = cache
    this.#find = find
  }

  /** The preview next in size; `undefined` where none is to be had now. Rejects with the signal's reason, or as `find`. */
  async preview(digest: Digest, size: number, signal: AbortSignal): Promise<RasterImage | undefined> {
    const step = previewSizeFor(size)
    const kept = await this.#cache.get(digest, step)
    if (kept !== undefined) return rasterImage(kept)
    const key = `${digest}-${step}`
    if (isRecent(this.#missedAtMs, key)) return undefined
    return this.#work.share(key, signal, async common => {
      const fetched = await this.#fetch(digest, step, common)
      if (fetched === undefined) remember(this.#missedAtMs, key)
      else await this.#cache.put(digest, step, fetched.bytes)
      return fetched
    })
  }

  /** Cuts what is under way. */
  async stop(): Promise<void> {
    this.#http.close()
    await this.#work.settled()
  }

  async #fetch(digest: Digest, size: PreviewSize, signal: AbortSignal): Promise<RasterImage | undefined> {
    const image = await this.#find(digest, signal)
    const owners = (image?.owners ?? []).slice(0, MAX_ASKED)
    for (const owner of owners) {
      if (isRecent(this.#withoutPreviews, formatEndpoint(owner))) continue
      const target = `/images/${digest}/preview?size=${size}`
      const result = await this.#get(owner, target, MAX_PREVIEW_BYTES, signal)
      const raster = rasterOf(result)
      if (raster !== undefined) return raster
      if (result.kind === 'fault') remember(this.#withoutPreviews, formatEndpoint(owner))
    }
    const { bytes = Number.POSITIVE_INFINITY, format = '' } = image?.details ?? {}
    if (bytes > MAX_ORIGINAL_BYTES || !isRasterFormat(format)) return undefined
    for (const owner of owners) {
      const raster = rasterOf(await this.#get(owner, `/images/${digest}`, MAX_ORIGINAL_BYTES, signal))
      if (raster !== undefined && createHash('md5').update(raster.bytes).digest('hex') === digest)
        return raster
    }
    return undefined
  }

  #get(owner: Endpoint, target: string, maxBytes: number, signal: AbortSignal): Promise<HttpResult> {
    return this.#http.exchange(
      owner,
      { method: 'GET', target, headers: { accept: 'image/*' }, maxBytes },
      signal,
    )
  }
}

function rasterOf(result: HttpResult): RasterImage | undefined {
  return result.kind === 'answer' && result.status === 200 ? rasterImage(result.body) : undefined
}

function isRecent(times: ReadonlyMap<string, number>, key: string): boolean {
  const atMs = times.get(key)
  return atMs !== undefined && monotonicMs() - atMs < RETRY_MS
}

function remember(times: Map<string, number>, key: string): void {
  times.delete(key)
  times.set(key, monotonicMs())
  const [oldest] = times.keys()
  if (times.size > MAX_REMEMBERED && oldest !== undefined) times.delete(oldest)
}
