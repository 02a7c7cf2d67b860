import { basename } from 'node:path'
import { fastifySwagger } from '@fastify/swagger'
import { type FastifyInstance, fastify } from 'fastify'
import { isFailure } from '../base/failure.ts'
import type { Peer } from '../peer/peer.ts'
import { PreviewCache } from '../peer/previews/preview-cache.ts'
import { listenFailure } from '../transport/listen-error.ts'
import { addingRoutes } from './api/adding-routes.ts'
import { eventRoutes } from './api/event-routes.ts'
import { fileRoutes } from './api/file-routes.ts'
import { likenessRoutes } from './api/likeness-routes.ts'
import { pictureRoutes } from './api/picture-routes.ts'
import { sessionRoutes } from './api/session-routes.ts'
import { sharingRoutes } from './api/sharing-routes.ts'
import { takingRoutes } from './api/taking-routes.ts'
import { CatalogWatchers } from './catalog-watchers.ts'
import { HeldCopies } from './held-copies.ts'
import { HeldPictures } from './held-pictures.ts'
import { Locks } from './locks.ts'
import { MatchingPictures } from './matching-pictures.ts'
import { NetworkPictures } from './network-pictures.ts'
import { OriginalCache } from './originals/original-cache.ts'
import { Originals } from './originals/originals.ts'
import { GalleryProblem, PROBLEM_MEDIA_TYPE } from './problems.ts'
import { RateHistory } from './rate-history.ts'
import { TransferTaker } from './takings.ts'
import { OwnerPreviews } from './thumbnails/owner-previews.ts'
import { readWebFiles } from './web-files.ts'

/** What of a peer the gallery shows. */
export type GalleryPeer = Pick<
  Peer,
  | 'server'
  | 'directory'
  | 'endpoint'
  | 'imageCount'
  | 'has'
  | 'open'
  | 'page'
  | 'pages'
  | 'bytesSent'
  | 'image'
  | 'networkImageCount'
  | 'watchCatalog'
  | 'preview'
  | 'transfers'
  | 'own'
  | 'setShared'
  | 'uploads'
  | 'examine'
  | 'privacy'
  | 'setCleaned'
  | 'add'
  | 'likenessOfFile'
  | 'sharedImages'
  | 'revision'
>

/** How a gallery is served. */
export interface GalleryOptions {
  readonly peer: GalleryPeer
  /** TCP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number
  /** Folder of the built page. */
  readonly webFolder: string
  /** Folder in which previews from other peers are kept; it is made when one comes. */
  readonly cacheFolder: string
  /** Folder in which pictures of other peers that were looked at in full are kept, and nothing else; made when one comes. */
  readonly originalsFolder: string
  /** A mistake of the gallery's own, or of the system under it. */
  readonly onFault: (fault: Error) => void
}

/** Bytes of a request's body, at most: a list of wanted pictures of 35 bytes each. */
const BODY_BYTES = 256 * 1024

/** Connections at once: a browser takes six, and a person has a handful of browsers. */
const MAX_CONNECTIONS = 64

/** Bytes of previews of other peers' pictures on the disk, at most: some forty thousand tiles. */
const CACHE_BYTES = 512 * 1024 * 1024

/** Milliseconds for the head of a request to arrive; nobody on this computer needs them. */
const HEAD_MS = 10_000

/** Milliseconds for a request to arrive whole: a large file that is added, onto a slow disk, from whoever has the cookie. */
const REQUEST_MS = 30 * 60_000

/** A gallery that is being served to the browser of this computer. */
export class Gallery {
  readonly #app: FastifyInstance
  readonly #locks: Locks
  readonly #stops: readonly (() => Promise<void>)[]
  #stopped: Promise<void> | undefined

  private constructor(app: FastifyInstance, locks: Locks, stops: readonly (() => Promise<void>)[]) {
    this.#app = app
    this.#locks = locks
    this.#stops = stops
  }

  /** Serves the gallery of `peer`, which stays the caller's to stop. Rejects with a {@link listenFailure}. */
  static async start(options: GalleryOptions): Promise<Gallery> {
    const { peer, onFault } = options
    const files = await readWebFiles(options.webFolder)
    const rates = new RateHistory(() => ({ received: peer.transfers.bytesReceived, sent: peer.bytesSent }))
    const held = new HeldPictures(peer)
    const taker = new TransferTaker(peer, held, rates)
    const matching = new MatchingPictures(peer, held)
    const pictures = new NetworkPictures(peer, new HeldCopies(peer))
    const previews = new OwnerPreviews({
      cache: new PreviewCache(options.cacheFolder, CACHE_BYTES),
      find: (digest, signal) => pictures.find(digest, signal),
    })
    const originals = new Originals({
      cache: new OriginalCache(options.originalsFolder),
      own: digest => peer.open(digest),
      find: (digest, signal) => pictures.find(digest, signal),
      downloadLimit: () => peer.transfers.limits.download,
    })
    const watchers = new CatalogWatchers(peer, taker)
    const app = fastify({
      bodyLimit: BODY_BYTES,
      requestTimeout: REQUEST_MS,
      http: { headersTimeout: HEAD_MS },
      forceCloseConnections: true,
      ...AJV,
    })
    app.server.maxConnections = MAX_CONNECTIONS
    app.server.on('error', onFault)
    const stops = [
      async () => {
        rates.stop()
        taker.stop()
        held.stop()
        matching.stop()
      },
      () => watchers.stop(),
      () => app.close(),
      () => previews.stop(),
      () => originals.stop(),
    ]

    const lock: { locks: Locks | undefined } = { locks: undefined }
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS)
      if (lock.locks === undefined) throw new GalleryProblem('notAdmitted')
      lock.locks.checkSource(request.raw)
    })
    answerProblems(app, onFault)
    const locksOf = (): Locks => {
      if (lock.locks === undefined) throw new GalleryProblem('notAdmitted')
      return lock.locks
    }
    try {
      await app.register(fastifySwagger, { openapi: DESCRIPTION })
      await app.register(fileRoutes, { files })
      await app.register(sessionRoutes, { locks: locksOf })
      await app.register(async scope => {
        scope.addHook('onRequest', async request => locksOf().checkSession(request.raw))
        scope.addHook('onSend', async (_request, reply) => {
          if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
        })
        const summary = () => ({
          folder: basename(peer.directory),
          server: peer.server,
          shared: peer.imageCount,
        })
        await scope.register(pictureRoutes, { peer, pictures, previews, originals, summary })
        await scope.register(takingRoutes, { pictures, matching, taker, rates })
        await scope.register(sharingRoutes, { peer })
        await scope.register(addingRoutes, { peer })
        await scope.register(likenessRoutes, { peer })
        await scope.register(eventRoutes, { watchers })
        scope.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
      })
      await app.listen({ host: HOST, port: options.port }).catch(fault => {
        throw listenFailure(fault, HOST, options.port)
      })
    } catch (error) {
      for (const stop of stops) await stop()
      throw error
    }
    rates.start()
    lock.locks = new Locks(portOf(app))
    return new Gallery(app, lock.locks, stops)
  }

  /** Where a person opens it: a URL whose fragment holds the token that admits them. */
  get address(): string {
    return `${this.#locks.origin}/#token=${this.#locks.token}`
  }

  /** Ends the streams of events, frees the port, and stops what was under way. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      for (const stop of this.#stops) await stop()
    })()
    return this.#stopped
  }

  /** Where it listens. */
  get port(): number {
    return portOf(this.#app)
  }
}

function portOf(app: FastifyInstance): number {
  const bound = app.server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return bound.port
}

/** Nobody but this computer. */
const HOST = '127.0.0.1'

/** Queries are text: numbers are read out of it. Nothing unknown is silently left out. */
const AJV = {
  ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true } },
} as const

/** Of every answer; the page and its files have a policy of their own (file-routes.ts). */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const

const DESCRIPTION = {
  openapi: '3.1.1',
  info: {
    title: 'Gallery of a peer',
    version: '1.0.0',
    description: 'What a peer tells the page that it serves on 127.0.0.1. Names are strangers’ text.',
  },
  components: {
    securitySchemes: { session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'imagep2p-<port>' } },
  },
}

function answerProblems(app: FastifyInstance, onFault: (fault: Error) => void): void {
  app.setNotFoundHandler(() => {
    throw new GalleryProblem('notFound')
  })
  app.setErrorHandler((error: Error & { validation?: unknown; statusCode?: number }, request, reply) => {
    const problem = problemOf(error)
    // Whoever asked is gone: there is nobody to tell, and nothing is wrong.
    if (problem.code === 'internalError' && !request.raw.destroyed) onFault(error)
    reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).header('cache-control', 'no-store')
    return reply.send(JSON.stringify(problem))
  })
}

function problemOf(error: Error & { validation?: unknown; statusCode?: number }): GalleryProblem {
  if (error instanceof GalleryProblem) return error
  if (error.validation !== undefined) return new GalleryProblem('badRequest', error.message)
  if (error.statusCode !== undefined && error.statusCode < 500) return new GalleryProblem('badRequest')
  const isServers = [
    'serverNotFound',
    'serverSilent',
    'serverRefused',
    'serverUnreadable',
    'catalogUnavailable',
  ]
  if (isServers.some(code => isFailure(error, code as 'serverSilent')))
    return new GalleryProblem('serverUnavailable')
  return new GalleryProblem('internalError')
}
