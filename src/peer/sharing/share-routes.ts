import { type Digest, parseDigest } from '../../protocol/digest.ts'
import type { HttpRequest } from '../../protocol/http-request.ts'
import type { Library } from '../library/library.ts'
import type { PreviewSource } from '../previews/preview-source.ts'
import { answerImageList } from './image-list-route.ts'
import { answerImage, type ImageOpener } from './image-route.ts'
import { answerPreview } from './preview-route.ts'
import type { ShareRequest, ShareResponse } from './share-message.ts'
import { problemResponse } from './share-problems.ts'

/** What the answers are made of. */
export interface ShareSources {
  readonly library: ImageOpener & Pick<Library, 'has' | 'page'>
  readonly previews: PreviewSource
}

const IMAGE = /^\/images\/([0-9a-fA-F]{32})(\/preview)?$/

/** The image that a path names; `undefined` where it is another one. */
export function digestOfImage(path: string): Digest | undefined {
  const [, hex = '', preview] = IMAGE.exec(path) ?? []
  return preview === undefined ? parseDigest(hex) : undefined
}

/** Fields by which an image is not asked for as a whole, whatever the asker has of it. */
const SPECIAL_FIELDS = [
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
] as const

/** Whether the answer to a request is the same for all who ask it. */
export function isPlainGet({ method, headers }: HttpRequest): boolean {
  return method === 'GET' && !SPECIAL_FIELDS.some(name => headers.has(name))
}

/**
 * The answer to a request on the share port. Rejects with the reason of the asker's signal where they left while something
 * was waited for, and then leaves no file open; with nothing else.
 */
export async function answerShareRequest(
  request: ShareRequest,
  { library, previews }: ShareSources,
  asker: { readonly signal: AbortSignal },
): Promise<ShareResponse> {
  const nowMs = Date.now()
  if (request.path === '/images') return answerImageList(request, library, asker.signal)
  const [, hex = '', preview] = IMAGE.exec(request.path) ?? []
  const digest = parseDigest(hex)
  if (digest === undefined) return problemResponse('notFound')
  if (preview === undefined) return answerImage(request, digest, library, nowMs)
  return answerPreview(request, digest, { library, previews }, nowMs, asker.signal)
}
