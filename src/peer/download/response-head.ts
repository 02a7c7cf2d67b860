/** What an owner says before an image's bytes, as far as a download needs it (RFC 9110, RFC 9112). */
export interface ResponseHead {
  readonly status: number
  /** Bytes of the body that follows. */
  readonly bodyBytes: number
  /** Whether another request may follow on this connection. */
  readonly keepsAlive: boolean
  /** First byte of the body within the image: 0 unless the status is 206. */
  readonly from: number
  /** Bytes of the whole image, where the answer tells. */
  readonly imageBytes: number | undefined
  /** Seconds, as `Retry-After` asks; `undefined` where it does not, or names a date. */
  readonly retryAfterSeconds: number | undefined
  /** Milliseconds since 1970, of `Last-Modified`. */
  readonly lastModifiedMs: number | undefined
}

/** What the first bytes of an answer are. */
export type ReadHead =
  | {
      readonly kind: 'head'
      readonly head: ResponseHead /** Where the body begins. */
      readonly headBytes: number
    }
  | { readonly kind: 'incomplete' }
  /** Not HTTP/1 at all: an old client's answer. */
  | { readonly kind: 'notHttp' }
  /** HTTP, but not such that the length of the body could be trusted. */
  | { readonly kind: 'malformed' }

/** Bytes of an answer's head: what curl and the browsers send and take lies far below. */
export const MAX_HEAD_BYTES: number = 16 * 1024

const VERSION = 'HTTP/1.'
const STATUS_LINE = /^HTTP\/1\.([01]) ([2-5][0-9]{2})(?: [^\r\n]*)?$/
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/
const CONTENT_RANGE = /^bytes (?:([0-9]{1,15})-([0-9]{1,15})|\*)\/([0-9]{1,15})$/

/** Reads the head at the beginning of `bytes`. */
export function readResponseHead(bytes: Buffer): ReadHead {
  const beginning = bytes.toString('latin1', 0, Math.min(bytes.length, VERSION.length))
  if (!VERSION.startsWith(beginning)) return { kind: 'notHttp' }
  const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf('\r\n\r\n')
  if (end < 0) return { kind: bytes.length >= MAX_HEAD_BYTES ? 'malformed' : 'incomplete' }
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = STATUS_LINE.exec(statusLine)
  const fields = readFields(lines)
  if (status === null || fields === undefined) return { kind: 'malformed' }
  const head = interpret(Number(status[2]), status[1] === '1', fields)
  return head === undefined ? { kind: 'malformed' } : { kind: 'head', head, headBytes: end + 4 }
}

/** By lower-case name. A field that is there twice with different values makes the whole unusable. */
function readFields(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = FIELD.exec(line) ?? []
    if (name === '') return undefined
    const key = name.toLowerCase()
    if (DECISIVE.has(key) && (fields.get(key) ?? value) !== value) return undefined
    fields.set(key, value)
  }
  return fields
}

const DECISIVE: ReadonlySet<string> = new Set(['content-length', 'content-range', 'transfer-encoding'])

function interpret(
  status: number,
  isCurrent: boolean,
  fields: ReadonlyMap<string, string>,
): ResponseHead | undefined {
  // No owner needs to cut an image into chunks: its size is known.
  if (fields.has('transfer-encoding')) return undefined
  const hasBody = status !== 204 && status !== 304
  const lengthText = hasBody ? fields.get('content-length') : '0'
  if (lengthText === undefined ? status < 300 : !/^[0-9]{1,15}$/.test(lengthText)) return undefined
  const bodyBytes = Number(lengthText ?? 0)
  const connection = fields.get('connection')?.toLowerCase() ?? ''
  const range = CONTENT_RANGE.exec(fields.get('content-range') ?? '')
  const from = Number(range?.[1] ?? 0)
  if (status === 206 && (range?.[1] === undefined || Number(range[2]) - from + 1 !== bodyBytes))
    return undefined
  const rangeTotal = range?.[3] === undefined ? undefined : Number(range[3])
  if (status === 206 && (rangeTotal ?? 0) < from + bodyBytes) return undefined
  const retryAfter = fields.get('retry-after') ?? ''
  const lastModifiedMs = Date.parse(fields.get('last-modified') ?? '')
  return {
    status,
    bodyBytes,
    keepsAlive: lengthText !== undefined && isCurrent && !/\bclose\b/.test(connection),
    from: status === 206 ? from : 0,
    imageBytes: status === 200 ? bodyBytes : rangeTotal,
    retryAfterSeconds: /^[0-9]{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
    lastModifiedMs: Number.isNaN(lastModifiedMs) ? undefined : lastModifiedMs,
  }
}
