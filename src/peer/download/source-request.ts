import { createHash } from 'node:crypto'
import type { OwnerFault } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { encodeTransferRequest } from '../../protocol/transfer-request.ts'
import type { FetchLimits } from './fetch-limits.ts'
import type { ImageSource } from './image-source.ts'
import type { AnswerSink, ExchangeEnd } from './owner-connection.ts'
import type { OwnerConnections } from './owner-connections.ts'
import type { ResponseHead } from './response-head.ts'

/** How an owner answered. */
export type SourceAnswer =
  | { readonly kind: 'given' }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number | undefined }
  /** It sends no parts. */
  | { readonly kind: 'wholeOnly' }
  | { readonly kind: 'notHttp' }
  | { readonly kind: 'fault'; readonly fault: OwnerFault; readonly detail: string }

/** What to ask, and who takes it. What the functions throw ends the request, which rejects with it. */
export interface WholeRequest {
  readonly digest: Digest
  readonly limits: FetchLimits
  readonly signal: AbortSignal
  /** Bytes of the whole image, by this owner; false when it is not wanted then. */
  onSize(bytes: number): boolean
  /** `bytes` is good only during the call. */
  onBytes(bytes: Buffer): 'more' | 'enough'
  /** Milliseconds since 1970. */
  onModified(milliseconds: number): void
}

export interface RangeRequest extends WholeRequest {
  /** The first byte asked for. */
  readonly from: number
  /** The byte after the last one; to the end where it is `undefined`. */
  readonly to: number | undefined
}

/** Bytes of an answer that is no image, read so that the connection can go on; a longer one closes it. */
const MAX_REFUSAL_BYTES = 64 * 1024

/** Bytes of a text such as `ERR NO_SUCH_IMAGE` that some implementations send instead of nothing. */
const MAX_ERROR_TEXT_BYTES = 512

const ERROR_TEXT = Buffer.from('ERR ')

/** Asks for a part over HTTP. */
export async function requestRange(
  connections: OwnerConnections,
  source: ImageSource,
  request: RangeRequest,
): Promise<SourceAnswer> {
  const { from, to } = request
  let answer: SourceAnswer = { kind: 'given' }
  let missing = 0
  const sink: AnswerSink = {
    onHead: head => {
      source.speaksHttp = true
      answer = answerOf(head)
      if (answer.kind !== 'given') return head.bodyBytes <= MAX_REFUSAL_BYTES
      if (head.status === 200 && (from > 0 || (to ?? head.bodyBytes) < head.bodyBytes)) {
        answer = { kind: 'wholeOnly' }
        return false
      }
      const isUsable = head.imageBytes !== undefined && request.onSize(head.imageBytes)
      if (head.status === 416) {
        if (isUsable) answer = { kind: 'fault', fault: 'unreadable', detail: '' }
        return head.bodyBytes <= MAX_REFUSAL_BYTES
      }
      if (!isUsable) return false
      if (head.from !== from) {
        answer = { kind: 'fault', fault: 'unreadable', detail: '' }
        return false
      }
      missing = Math.min(to ?? Number.POSITIVE_INFINITY, head.imageBytes ?? 0) - from - head.bodyBytes
      if (head.lastModifiedMs !== undefined) request.onModified(head.lastModifiedMs)
      isBody = true
      return true
    },
    onBody: bytes => (isBody ? request.onBytes(bytes) : 'more'),
  }
  let isBody = false
  const end = await connections.ask(source.endpoint, {
    ...{ request: encodeHttpRequest(source, request.digest, from, to), protocol: 'http', sink },
    ...{ limits: request.limits, signal: request.signal },
  })
  const ended = answerOfEnd(end, source)
  if (ended.kind !== 'given') return ended
  if (answer.kind === 'given' && missing > 0) return { kind: 'fault', fault: 'cut', detail: '' }
  return answer
}

/** Asks for the whole image: by the old request, or over HTTP where the owner sends no parts. */
export async function requestWhole(
  connections: OwnerConnections,
  source: ImageSource,
  request: WholeRequest,
): Promise<SourceAnswer> {
  if (source.way !== 'old') return requestRange(connections, source, { ...request, from: 0, to: undefined })
  /** The first bytes, while they may be the text of an error. */
  let held: Buffer | undefined = Buffer.alloc(0)
  const end = await connections.ask(source.endpoint, {
    request: encodeTransferRequest(request.digest),
    protocol: 'old',
    limits: request.limits,
    signal: request.signal,
    sink: {
      onHead: () => false,
      onBody: bytes => {
        if (held === undefined) return request.onBytes(bytes)
        held = Buffer.concat([held, bytes])
        const mayBeError = ERROR_TEXT.subarray(0, held.length).equals(held.subarray(0, ERROR_TEXT.length))
        if (mayBeError && held.length <= MAX_ERROR_TEXT_BYTES) return 'more'
        const all = held
        held = undefined
        return request.onBytes(all)
      },
    },
  })
  if (held !== undefined && held.length > 0) {
    if (createHash('md5').update(held).digest('hex') !== request.digest)
      return { kind: 'fault', fault: 'errorText', detail: held.toString('latin1').trim() }
    request.onBytes(held)
  }
  return answerOfEnd(end, source)
}

function answerOfEnd(end: ExchangeEnd, source: ImageSource): SourceAnswer {
  if (end.kind === 'notHttp') return { kind: 'notHttp' }
  if (end.kind !== 'fault') return { kind: 'given' }
  // Old clients may also keep silent at a request that they do not know.
  if (end.silent && source.way !== 'old' && !source.speaksHttp) return { kind: 'notHttp' }
  return { kind: 'fault', fault: end.fault, detail: end.detail }
}

function answerOf({ status, retryAfterSeconds }: ResponseHead): SourceAnswer {
  if (status === 200 || status === 206 || status === 416) return { kind: 'given' }
  if (status === 503 || status === 429) return { kind: 'busy', retryAfterSeconds }
  const detail = status === 404 || status === 410 ? '' : `HTTP ${status}`
  return { kind: 'fault', fault: 'nothing', detail }
}

function encodeHttpRequest(
  source: ImageSource,
  digest: Digest,
  from: number,
  to: number | undefined,
): Buffer {
  const isPart = from > 0 || to !== undefined
  const range = isPart ? `Range: bytes=${from}-${to === undefined ? '' : to - 1}\r\n` : ''
  return Buffer.from(
    `GET /images/${digest} HTTP/1.1\r\nHost: ${source.name}\r\nAccept-Encoding: identity\r\n${range}\r\n`,
    'latin1',
  )
}
