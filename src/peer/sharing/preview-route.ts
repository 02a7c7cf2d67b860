import type { Digest } from '../../protocol/digest.ts'
import { formatEntityTag } from '../../protocol/entity-tag.ts'
import type { Library } from '../library/library.ts'
import { previewSizeFor } from '../previews/preview-sizes.ts'
import type { PreviewSource } from '../previews/preview-source.ts'
import { evaluateConditions } from './conditional-request.ts'
import { IMMUTABLE, PICTURE_SAFETY } from './image-headers.ts'
import { readNumber } from './query-parameters.ts'
import type { ShareRequest, ShareResponse } from './share-message.ts'
import { problemResponse, type ShareProblemCode } from './share-problems.ts'

/** Pixels of the longer side where none are asked for: a tile of a grid on a sharp screen. */
const DEFAULT_SIZE = 320

/** Pixels, the largest number that is taken for a size; what is larger than the largest preview gets that one. */
const MAX_SIZE = 65_535

/**
 * Answers GET and HEAD of `/images/<md5>/preview`. Rejects only with the signal's reason. The tag is a weak one: made anew,
 * by another version of the encoder, a preview of the same size need not be the same bytes.
 */
export async function answerPreview(
  { query, headers }: ShareRequest,
  digest: Digest,
  { library, previews }: { library: Pick<Library, 'has'>; previews: PreviewSource },
  nowMs: number,
  signal: AbortSignal,
): Promise<ShareResponse> {
  const size = readNumber(query, 'size', { least: 1, most: MAX_SIZE, absent: DEFAULT_SIZE })
  if (size === undefined) {
    return problemResponse('badQuery', { detail: `“size” is a number of pixels from 1 to ${MAX_SIZE}.` })
  }
  if (!library.has(digest)) return problemResponse('imageNotShared')
  const tag = { weak: true, opaque: `${digest}-${previewSizeFor(size)}` }
  const caching = { ETag: formatEntityTag(tag), 'Cache-Control': IMMUTABLE }
  // Before it is made: who has it already costs no decoding.
  switch (evaluateConditions(headers, { tag }, nowMs)) {
    case 'failed':
      return problemResponse('preconditionFailed')
    case 'notModified':
      return { status: 304, headers: caching }
  }
  const preview = await previews.preview(digest, size, signal)
  switch (preview.kind) {
    case 'none':
      return problemResponse('imageNotShared')
    case 'refused':
      return problemResponse(problemOf(preview.reason))
    case 'image':
      return {
        status: 200,
        headers: { 'Content-Type': 'image/webp', ...caching, ...PICTURE_SAFETY },
        body: preview.bytes,
      }
    default:
      return preview satisfies never
  }
}

/** What is not the image's fault may work another time. */
function problemOf(reason: string): ShareProblemCode {
  if (reason === 'busy') return 'previewsBusy'
  return reason === 'stopped' || reason === 'decoderMissing' ? 'previewsUnavailable' : 'noPreview'
}
