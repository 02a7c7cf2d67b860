import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ShareResponse } from '../peer/sharing/share-message.ts'
import type { Pace } from '../transport/file-sender.ts'
import { remoteAddressOf } from '../transport/request-connection.ts'
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
  paceFor: PaceFor,
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
    else await sendPieces(request, response, imageBytes(opened, start, end), paceFor)
  } finally {
    opened.close()
  }
}

/** How fast somebody at an address may be sent something; `undefined` where there is nothing to limit it. */
export type PaceFor = (address: string, signal: AbortSignal) => Pace | undefined

/**
 * Sends pieces as they are made, as they are taken and as the limits of uploads allow; where one cannot be made, the
 * connection is cut.
 */
export async function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  pieces: AsyncGenerator<Buffer, void>,
  paceFor: PaceFor,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const pace = paceFor(remoteAddressOf(request.socket), gone.signal)
  async function* paced(): AsyncGenerator<Buffer, void> {
    for await (const piece of pieces) {
      yield piece
      await pace?.take(piece.length)
    }
  }
  await pipeline(Readable.from(paced(), { objectMode: true, highWaterMark: 1 }), response)
}
