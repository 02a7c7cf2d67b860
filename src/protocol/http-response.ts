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

/** Reason phrases of the statuses in use (RFC 9110 section 15, RFC 6585); a client reads the number alone. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

const DATE_AT = 'HTTP/1.1 200 OK\r\nDate: '.length

/** Gives a response of status 200 that was encoded before, with its head first, another date. */
export function redateResponse(response: Buffer, date: string): void {
  response.write(date, DATE_AT, 'latin1')
}

/** The head of a response, to be written as Latin-1. A value that would end its line is a fault of the caller. */
export function encodeResponseHead({ status, headers, bodyBytes, isLast, date }: HttpResponseHead): string {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\nDate: ${date}\r\n`
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (/[\r\n\0]/.test(value)) throw new RangeError(`the field ${name} holds a line break`)
    text += `${name}: ${value.replace(/[^\0-\xff]/g, '?')}\r\n`
  }
  if (bodyBytes !== undefined) text += `Content-Length: ${bodyBytes}\r\n`
  return `${text}${isLast ? 'Connection: close\r\n' : ''}\r\n`
}
