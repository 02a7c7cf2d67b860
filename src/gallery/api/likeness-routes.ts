import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Peer } from '../../peer/peer.ts'
import { MAX_DECODED_FILE_BYTES } from '../../peer/previews/decoder-limits.ts'
import { Likeness } from '../gallery-shapes.ts'
import { GalleryProblem } from '../problems.ts'
import { FILE_MEDIA_TYPE, givenBytes, givenSize, takeFiles } from './given-body.ts'
import { goneSignal } from './gone-signal.ts'

/** Pictures looked at at once: one is decoded while the next arrives. Together they take 256 MB of the disk. */
const MAX_LOOKED_AT = 2

/** What of a peer these routes work with. */
interface LikenessRoutesOptions {
  readonly peer: Pick<Peer, 'likenessOfFile'>
}

/** How a picture looks that a person gives, to find it in the network. Nothing of it is kept, and nobody else gets it. */
export async function likenessRoutes(app: FastifyInstance, { peer }: LikenessRoutesOptions): Promise<void> {
  let lookedAt = 0
  takeFiles(app)

  app.post<{ Body: IncomingMessage }>(
    '/api/likeness',
    {
      schema: {
        operationId: 'getLikeness',
        summary: 'How the picture looks that is the body; it is neither kept nor shared',
        consumes: [FILE_MEDIA_TYPE],
        response: { 200: Likeness },
      },
    },
    async (request, reply): Promise<Likeness> => {
      const size = givenSize(request)
      if (size > MAX_DECODED_FILE_BYTES) throw new GalleryProblem('pictureTooLarge')
      if (lookedAt >= MAX_LOOKED_AT) throw new GalleryProblem('tooManyFiles')
      lookedAt += 1
      const stalled = new AbortController()
      const gone = AbortSignal.any([goneSignal(reply.raw), stalled.signal])
      const folder = await mkdtemp(join(tmpdir(), 'imagep2p-')).catch(() => undefined)
      try {
        if (folder === undefined) throw new GalleryProblem('cannotSave')
        const path = join(folder, 'picture')
        const md5 = await keep(givenBytes(request.body, stalled), size, path)
        return { md5, likeness: await likenessOf(peer, path, gone) }
      } finally {
        lookedAt -= 1
        if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
      }
    },
  )
}

/** Writes what comes into a file, and gives its MD5. */
async function keep(bytes: AsyncIterable<Buffer>, size: number, path: string): Promise<string> {
  const hash = createHash('md5')
  const file = await open(path, 'wx', 0o600)
  let written = 0
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      await file.writeFile(chunk).catch(fault => {
        throw new GalleryProblem(fault.code === 'ENOSPC' ? 'diskFull' : 'cannotSave')
      })
      written += chunk.length
    }
  } finally {
    await file.close()
  }
  if (written !== size) throw new GalleryProblem('badRequest')
  return hash.digest('hex')
}

async function likenessOf(
  peer: LikenessRoutesOptions['peer'],
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const found = await peer.likenessOfFile(path, signal)
  if (found.kind === 'known') return found.likeness
  switch (found.reason) {
    case 'blank':
      throw new GalleryProblem('nothingToSee')
    case 'unavailable':
      throw new GalleryProblem('decoderBusy')
    case 'undecodable':
    case 'unreadable':
      throw new GalleryProblem('notPicture')
    default:
      return found.reason satisfies never
  }
}
