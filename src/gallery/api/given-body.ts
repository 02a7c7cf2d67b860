import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { GalleryProblem } from '../problems.ts'

/** What a file is sent as: no form of another page can. */
export const FILE_MEDIA_TYPE = 'application/octet-stream'

/** Milliseconds without a byte after which a file is given up. */
const STALLED_MS = 30_000

/** Has the routes of a scope read files as they come: whoever reads them has the bound. */
export function takeFiles(app: FastifyInstance): void {
  app.addContentTypeParser(FILE_MEDIA_TYPE, (_request, payload, done) => done(null, payload))
}

/** The length that a file is said to have. Throws where it is not sent as one, or not with its length. */
export function givenSize({ headers }: Pick<IncomingMessage, 'headers'>): number {
  const length = headers['content-length']
  const isTold = length !== undefined && /^[0-9]{1,15}$/.test(length)
  if (!isTold || headers['content-type'] !== FILE_MEDIA_TYPE) throw new GalleryProblem('sizeMissing')
  return Number(length)
}

/** The body as it comes; `stalled` is aborted, and the body ended, when nothing comes any more. */
export async function* givenBytes(
  body: IncomingMessage,
  stalled: AbortController,
): AsyncGenerator<Buffer, void> {
  const timer = setTimeout(() => {
    stalled.abort()
    body.destroy()
  }, STALLED_MS)
  try {
    // Not destroyed when it is refused: the answer still has to go out on its connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      timer.refresh()
      yield chunk
    }
  } finally {
    clearTimeout(timer)
  }
}
