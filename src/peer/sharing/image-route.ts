import type { Digest } from '../../protocol/digest.ts'
import { formatEntityTag } from '../../protocol/entity-tag.ts'
import type { OpenedImage } from '../library/opened-image.ts'
import { readByteRange } from './byte-range.ts'
import { evaluateConditions, rangeApplies, type Validators } from './conditional-request.ts'
import { IMMUTABLE, inlineAs, PICTURE_SAFETY } from './image-headers.ts'
import type { ShareRequest, ShareResponse } from './share-message.ts'
import { problemResponse } from './share-problems.ts'

/** Where images are opened. */
export interface ImageOpener {
  /** The image with that digest, for the caller to close; `undefined` where none is shared. */
  open(digest: Digest): OpenedImage | undefined
}

/** Answers GET and HEAD of `/images/<md5>`. The image is closed unless it is the answer's body. */
export function answerImage(
  request: ShareRequest,
  digest: Digest,
  library: ImageOpener,
  nowMs: number,
): ShareResponse {
  const opened = library.open(digest)
  if (opened === undefined) return problemResponse('imageNotShared')
  let response: ShareResponse | undefined
  try {
    response = answerOpened(request, digest, opened, nowMs)
    return response
  } finally {
    if (response?.body === undefined || Buffer.isBuffer(response.body)) opened.close()
  }
}

function answerOpened(
  { method, headers }: ShareRequest,
  digest: Digest,
  opened: OpenedImage,
  nowMs: number,
): ShareResponse {
  const { size } = opened
  // The content at this address never changes, so the file's time is as strong a validator as the digest.
  const validators: Validators = {
    tag: { weak: false, opaque: digest },
    ...modificationTime(opened.modifiedMs, nowMs),
  }
  switch (evaluateConditions(headers, validators, nowMs)) {
    case 'failed':
      return problemResponse('preconditionFailed')
    case 'notModified':
      return { status: 304, headers: { ETag: formatEntityTag(validators.tag), 'Cache-Control': IMMUTABLE } }
  }
  const isRangeAsked = method === 'GET' && rangeApplies(headers, validators, nowMs)
  const range = isRangeAsked ? readByteRange(headers.get('range'), size) : 'whole'
  if (range === 'unsatisfiable') {
    return problemResponse('rangeNotSatisfiable', { headers: { 'Content-Range': `bytes */${size}` } })
  }
  const { start, end } = range === 'whole' ? { start: 0, end: size } : range
  const described = imageHeaders(digest, opened, nowMs)
  return {
    status: range === 'whole' ? 200 : 206,
    headers:
      range === 'whole' ? described : { ...described, 'Content-Range': `bytes ${start}-${end - 1}/${size}` },
    body: { opened, digest, start, end },
  }
}

/** What stands above a whole image. */
export function imageHeaders(
  digest: Digest,
  { mediaType, modifiedMs, name, sha256 }: OpenedImage,
  nowMs: number,
): Readonly<Record<string, string>> {
  const modified = modificationTime(modifiedMs, nowMs).modifiedMs
  return {
    'Content-Type': mediaType,
    ETag: formatEntityTag({ weak: false, opaque: digest }),
    'Cache-Control': IMMUTABLE,
    'Accept-Ranges': 'bytes',
    ...(modified === undefined ? {} : { 'Last-Modified': new Date(modified).toUTCString() }),
    ...(sha256 === undefined ? {} : { 'Repr-Digest': reprDigest(sha256) }),
    'Content-Disposition': inlineAs(name),
    ...PICTURE_SAFETY,
  }
}

/**
 * A file's time as `Last-Modified` can have it: whole seconds, four digits of a year, and never later than now (RFC 9110
 * section 8.8.2.1).
 */
function modificationTime(modifiedMs: number, nowMs: number): { modifiedMs?: number } {
  const seconds = Math.floor(modifiedMs / 1000)
  return seconds * 1000 > nowMs || seconds < FIRST_SECOND ? {} : { modifiedMs: seconds * 1000 }
}

/** Seconds since 1970 of the beginning of the year 1. */
const FIRST_SECOND = -62_135_596_800

/** RFC 9530. */
function reprDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
}
