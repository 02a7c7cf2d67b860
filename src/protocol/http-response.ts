import { STATUS_CODES } from 'node:http'

/** What stands above the body of an HTTP/1.1 response. */
export interface HttpResponseHead {
  readonly status: number
  /** Names as they are to be written. Characters above U+00FF have no place in a field, and come out as `?`. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body that a GET gets; `undefined` where the status allows none (304). */
  readonly bodyBytes: number | undefined
  /** Whether the connection ends with this response. */
  readonly isLast: boolean
  /** As RFC 9110 section 5.6.7 has it, such as `Tue, 24 Nov 2026 20:30:00 GMT`. */
  readonly date: string
}

/** The bytes of a response's head. A value that would end its line is a fault of the caller. */
export function encodeResponseHead({ status, headers, bodyBytes, isLast, date }: HttpResponseHead): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${date}\r\n`
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (/[\r\n\0]/.test(value)) throw new RangeError(`the field ${name} holds a line break`)
    text += `${name}: ${value.replace(/[^\0-\xff]/g, '?')}\r\n`
  }
  if (bodyBytes !== undefined) text += `Content-Length: ${bodyBytes}\r\n`
  return `${text}${isLast ? 'Connection: close\r\n' : ''}\r\n`
}
