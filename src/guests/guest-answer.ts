import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ShareResponse } from '../peer/sharing/share-message.ts'
import { imageBytes } from './image-bytes.ts'
import type { GuestPage } from './pages/page-frame.ts'

/** On every answer: nothing is guessed, framed, or told to other sites. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  // Not `no-referrer`: browsers that go by an older standard then hide the origin of a POST from us.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
}

/** What keeps an answer that is no page from ever being one. */
const NO_PAGE_POLICY = "default-src 'none'; sandbox"

/** Sends bytes that are there already. */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): void {
  response.writeHead(status, {
    'Content-Security-Policy': NO_PAGE_POLICY,
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Sends a page in `language`. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  { text, securityPolicy }: GuestPage,
  language: string,
): void {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': securityPolicy,
    'Content-Language': language,
    'Cache-Control': 'no-cache',
    Vary: 'Accept-Language',
  }
  sendBytes(request, response, 200, headers, text)
}

/** Sends what the share port would answer; an opened image is closed. Rejects where the connection ended before. */
export async function sendShared(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ShareResponse,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  if (body === undefined || Buffer.isBuffer(body)) {
    response.writeHead(status, { ...headers, ...changes, 'Content-Length': body?.length ?? 0 })
    response.end(request.method === 'HEAD' ? undefined : body)
    return
  }
  const { opened, start, end } = body
  try {
    response.writeHead(status, { ...headers, ...changes, 'Content-Length': end - start })
    if (request.method === 'HEAD') response.end()
    else await sendPieces(response, imageBytes(opened, start, end))
  } finally {
    opened.close()
  }
}

/** Sends pieces as they are made and as they are taken; where one cannot be made, the connection is cut. */
export async function sendPieces(
  response: ServerResponse,
  pieces: AsyncGenerator<Buffer, void>,
): Promise<void> {
  await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), response)
}
