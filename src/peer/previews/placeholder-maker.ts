import { monotonicMs } from '../../base/clock.ts'
import type { Appearance, LibraryStore } from '../library/library-store.ts'
import type { Previews } from './previews.ts'

/** Images looked up at once. */
const LOOKED_UP = 16

/** Milliseconds between two words on what was made: after each the index server may be told of all images. */
const NEWS_MS = 30_000

/** What making placeholders and likenesses needs. */
export interface PlaceholderMakerOptions {
  readonly store: Pick<LibraryStore, 'imagesWithoutAppearance' | 'keepAppearance'>
  readonly previews: Pick<Previews, 'appearance'>
  /** Resolves when the machine has nothing better to do. Rejects with the signal's reason. */
  readonly whenQuiet: (signal: AbortSignal) => Promise<void>
  /** Told when some came to be known. */
  readonly onNews: () => void
}

function appearanceOf({ bytes, likeness }: { bytes: Buffer; likeness?: string }): Appearance {
  return { placeholder: bytes.toString('base64'), ...(likeness !== undefined && { likeness }) }
}

/**
 * Makes the placeholder and the likeness of each image once, one after the other and only while nobody waits for a preview
 * or is sent an image, and has the library's store keep them, or that there are none to be had.
 */
export class PlaceholderMaker {
  readonly #options: PlaceholderMakerOptions
  readonly #stopping = new AbortController()
  #working: Promise<void> | undefined
  #isWokenAgain = false

  constructor(options: PlaceholderMakerOptions) {
    this.#options = options
  }

  /** Says that there may be images without a placeholder or a likeness. */
  wake(): void {
    if (this.#stopping.signal.aborted) return
    this.#isWokenAgain = true
    this.#working ??= this.#work()
  }

  /** Stops before the next image. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#working
  }

  async #work(): Promise<void> {
    try {
      while (this.#isWokenAgain) {
        this.#isWokenAgain = false
        await this.#makeAll(this.#stopping.signal)
      }
    } catch {
      // Stopped: the rest is made after the next start.
    } finally {
      this.#working = undefined
    }
  }

  async #makeAll(signal: AbortSignal): Promise<void> {
    const { store, previews, whenQuiet, onNews } = this.#options
    let toldAtMs = monotonicMs()
    let untold = 0
    let isDecoding = true
    for (let last = ''; isDecoding && !signal.aborted; ) {
      const images = store.imagesWithoutAppearance(last, LOOKED_UP)
      if (images.length === 0) break
      for (const { path, digest } of images) {
        last = path
        await whenQuiet(signal)
        const made = await previews.appearance(digest, signal)
        // No decoder to be had: after the next change of the folder there may be.
        isDecoding = made.kind !== 'unavailable'
        if (made.kind === 'unavailable') break
        // The file is being changed, and looked at again for it.
        if (made.kind === 'none') continue
        store.keepAppearance(path, digest, made.kind === 'made' ? appearanceOf(made) : {})
        if (made.kind === 'made') untold += 1
      }
      if (untold === 0 || monotonicMs() - toldAtMs < NEWS_MS) continue
      onNews()
      untold = 0
      toldAtMs = monotonicMs()
    }
    if (untold > 0 && !signal.aborted) onNews()
  }
}
