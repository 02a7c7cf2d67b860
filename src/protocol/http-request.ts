/**
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: what is not surely one request is refused, so that nobody in
 * between can read it as two.
 *
 *     head         = *CRLF request-line *( field-line CRLF ) CRLF
 *     request-line = method SP target SP "HTTP/1." ( "0" / "1" ) CRLF
 *     field-line   = token ":" OWS value OWS
 */
export interface HttpRequest {
  readonly method: string
  /** The path of the target, percent-encoded as it came, without its query. */
  readonly path: string
  /** What follows the target's first `?`; empty without one. */
  readonly query: string
  /** By name in lower case; where a name came twice, the values joined by `, ` (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>
  /** No further request comes on the connection: the asker says so, is too old for it, or sends a body we do not read. */
  readonly isLast: boolean
  /** Bytes of the head, from the first one given. */
  readonly headBytes: number
}

/** Why a request cannot be read, as a status of RFC 9110: bad, too long, a body of unknown length, not HTTP/1. */
export type HttpRequestFault = 400 | 431 | 501 | 505

/** Bytes of a head at most: what Node and nginx take for all fields together (16 KiB, 4 x 8 KiB). */
export const MAX_HEAD_BYTES = 16_384

/** Fields of a head at most; browsers send some twenty. */
const MAX_FIELDS = 100

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP\/(\d)\.(\d)$/
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/
/** RFC 9112 section 3.2.2: a server takes the absolute form as well. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i

/** Reads the request that `bytes` begin with; `'incomplete'` while more bytes may still make one. */
export function decodeHttpRequest(bytes: Buffer): HttpRequest | HttpRequestFault | 'incomplete' {
  let start = 0
  while (bytes[start] === 13 && bytes[start + 1] === 10) start += 2
  const end = bytes.indexOf('\r\n\r\n', start, 'latin1')
  if (end < 0) return bytes.length > MAX_HEAD_BYTES ? 431 : 'incomplete'
  const headBytes = end + 4
  if (headBytes > MAX_HEAD_BYTES) return 431
  const [requestLine = '', ...fieldLines] = bytes.toString('latin1', start, end).split('\r\n')
  const [, method, target, major, minor] = REQUEST_LINE.exec(requestLine) ?? []
  if (method === undefined || target === undefined) return 400
  if (major !== '1') return 505
  if (fieldLines.length > MAX_FIELDS) return 431
  const headers = new Map<string, string>()
  for (const line of fieldLines) {
    const [, name, value] = FIELD_LINE.exec(line) ?? []
    if (name === undefined || value === undefined) return 400
    const key = name.toLowerCase()
    const before = headers.get(key)
    if (before !== undefined && (key === 'host' || key === 'content-length')) return 400
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  // Section 3.2: whoever speaks HTTP/1.1 names the host.
  if (minor !== '0' && !headers.has('host')) return 400
  const bodyBytes = headers.get('content-length') ?? '0'
  if (!/^\d+$/.test(bodyBytes)) return 400
  const hasCoding = headers.has('transfer-encoding')
  if (hasCoding && headers.has('content-length')) return 400
  if (hasCoding && headers.get('transfer-encoding')?.toLowerCase() !== 'chunked') return 501
  const location = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '') || '/'
  if (!location.startsWith('/')) return 400
  const question = location.indexOf('?')
  const asksToClose = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(headers.get('connection') ?? '')
  return {
    method,
    path: question < 0 ? location : location.slice(0, question),
    query: question < 0 ? '' : location.slice(question + 1),
    headers,
    isLast: minor === '0' || asksToClose || hasCoding || Number(bodyBytes) > 0,
    headBytes,
  }
}
