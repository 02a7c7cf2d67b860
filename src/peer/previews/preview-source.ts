import type { Digest } from '../../protocol/digest.ts'

/** What became of a wish for a preview. */
export type PreviewResult =
  /** A WebP, as large as the step that was chosen (preview-sizes.ts), or as the picture itself where that is smaller. */
  | { readonly kind: 'image'; readonly bytes: Buffer }
  /** No such image is shared. */
  | { readonly kind: 'none' }
  /** There is none to be had of it: `reason` is a `DecoderRefusal` or an `Unavailability`. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Makes previews of the shared images, for whoever serves them. */
export interface PreviewSource {
  /**
   * The preview of the image with that digest which fits a square of `size` pixels or the next larger step. Rejects only
   * with the signal's reason.
   */
  preview(digest: Digest, size: number, signal: AbortSignal): Promise<PreviewResult>
}
