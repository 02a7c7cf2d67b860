import type { Digest } from '../../protocol/digest.ts'
import type { Library } from '../library/library.ts'
import { type FileLikeness, likenessOfFile } from '../likeness/likeness-of-file.ts'
import { isDecodable } from './decodable-formats.ts'
import type { DecoderOutput, DecoderRefusal } from './decoder-messages.ts'
import type { DecodeUrgency, ImageDecoder, Unavailability } from './image-decoder.ts'
import type { PreviewCache } from './preview-cache.ts'
import { type PreviewSize, previewSizeFor } from './preview-sizes.ts'
import type { PreviewResult, PreviewSource } from './preview-source.ts'
import { SharedWork } from './shared-work.ts'

/** Digests of pictures that cannot be decoded, remembered at most, so that each is tried once; the oldest goes first. */
const MAX_REFUSALS = 10_000

/** What was made of an image, or why nothing was. */
export type MadeOfImage =
  | { readonly kind: 'made'; readonly bytes: Buffer; readonly likeness?: string }
  /** No such image is shared, or its file is no longer what it was. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: DecoderRefusal }
  /** Another time it may work. */
  | { readonly kind: 'unavailable'; readonly reason: Unavailability }

/** Previews of a library's images, their placeholders and likenesses, made when they are wanted and, previews, kept on the disk. */
export class Previews implements PreviewSource {
  readonly #library: Pick<Library, 'copies'>
  readonly #decoder: ImageDecoder
  readonly #cache: PreviewCache
  readonly #refusals = new Map<Digest, DecoderRefusal>()
  readonly #work = new SharedWork<MadeOfImage>()

  constructor(library: Pick<Library, 'copies'>, decoder: ImageDecoder, cache: PreviewCache) {
    this.#library = library
    this.#decoder = decoder
    this.#cache = cache
  }

  async preview(digest: Digest, size: number, signal: AbortSignal): Promise<PreviewResult> {
    signal.throwIfAborted()
    if (this.#library.copies(digest).length === 0) return { kind: 'none' }
    const step = previewSizeFor(size)
    const made = await this.#work.share(`${digest}-${step}`, signal, common =>
      this.#cachedOrMade(digest, step, common),
    )
    switch (made.kind) {
      case 'made':
        return { kind: 'image', bytes: made.bytes }
      case 'none':
        return made
      case 'refused':
      case 'unavailable':
        return { kind: 'refused', reason: made.reason }
      default:
        return made satisfies never
    }
  }

  /**
   * The bytes of an image's ThumbHash and its likeness, made when nobody waits for a preview. Rejects only with the signal's
   * reason.
   */
  appearance(digest: Digest, signal: AbortSignal): Promise<MadeOfImage> {
    return this.#make(digest, 'appearance', 'background', signal)
  }

  /** Says that nothing will be wanted for a while: what is kept ready for it goes. */
  rest(): void {
    this.#decoder.rest()
  }

  /** The likeness of the picture in any file of this computer, shared or not. Rejects only with the signal's reason. */
  likenessOfFile(path: string, signal: AbortSignal): Promise<FileLikeness> {
    return likenessOfFile(path, this.#decoder, signal)
  }

  /** Ends what is under way; everybody who waits is told that there is nothing to be had. */
  async stop(): Promise<void> {
    await this.#decoder.stop()
    await this.#work.settled()
  }

  async #cachedOrMade(digest: Digest, size: PreviewSize, signal: AbortSignal): Promise<MadeOfImage> {
    const kept = await this.#cache.get(digest, size)
    if (kept !== undefined) return { kind: 'made', bytes: kept }
    const made = await this.#make(digest, size, 'asked', signal)
    if (made.kind === 'made') await this.#cache.put(digest, size, made.bytes)
    return made
  }

  async #make(
    digest: Digest,
    output: DecoderOutput,
    urgency: DecodeUrgency,
    signal: AbortSignal,
  ): Promise<MadeOfImage> {
    const known = this.#refusals.get(digest)
    if (known !== undefined) return { kind: 'refused', reason: known }
    for (const { path, fingerprint, formatId } of this.#library.copies(digest)) {
      if (!isDecodable(formatId)) return { kind: 'refused', reason: 'noDecoder' }
      const outcome = await this.#decoder.decode({ path, fingerprint, output }, urgency, signal)
      if (outcome.kind === 'changed') continue
      if (outcome.kind === 'refused') this.#remember(digest, outcome.reason)
      return outcome
    }
    return { kind: 'none' }
  }

  #remember(digest: Digest, reason: DecoderRefusal): void {
    this.#refusals.set(digest, reason)
    const [oldest] = this.#refusals.keys()
    if (this.#refusals.size > MAX_REFUSALS && oldest !== undefined) this.#refusals.delete(oldest)
  }
}
