import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { fastifyCompress } from '@fastify/compress'
import { type FastifyInstance, type FastifyPluginAsync, type FastifyPluginCallback, fastify } from 'fastify'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { checkListenAddress, listenWithIPv4Fallback } from '../../transport/listen-address.ts'
import { listenFailure } from '../../transport/listen-error.ts'
import type { IndexState, Viewpoint } from '../index-state.ts'
import { answerError, answerMalformedRequest, answerProblems, SECURITY_HEADERS } from './answer-problems.ts'
import type { ApiLimits } from './api-limits.ts'
import { catalogRoutes } from './catalog-routes.ts'
import { changeRoutes } from './change-routes.ts'
import { ChangeWatchers } from './change-watchers.ts'
import { Connections } from './connections.ts'
import { collectDescription, descriptionRoutes } from './description.ts'
import { ProblemError } from './problems.ts'
import { registrationRoutes } from './registration-routes.ts'
import { requestValidatorCompiler } from './request-validator.ts'
import type { ApiServer, RouteContext, SchemaTypes } from './route-context.ts'
import { WaitingAnswers } from './waiting-answers.ts'

/** How the catalog API is served. */
export interface CatalogApiOptions {
  /** An IP address; `::` takes IPv4 and IPv6 both, and falls back to `0.0.0.0` where there is no IPv6. */
  readonly host: string
  /** TCP port; 0 lets the system choose. */
  readonly port: number
  readonly state: IndexState
  /** By what addresses owners are named to whoever asks from `remote` and reached the server at `local` (16 bytes each). */
  readonly viewpointOf: (remote: Uint8Array, local: Uint8Array) => Viewpoint
  readonly limits: ApiLimits
  /** A mistake of the server's own, or of the system under it; what strangers do wrong is none. */
  readonly onFault: (fault: Error) => void
  /**
   * What else is served on the port: problems, limits, compression and the security headers are those of the API. A route
   * that is not part of the API has `schema: { hide: true }`. Hooks of a plugin stay its own, unless it is marked with
   * `Symbol.for('skip-override')`: then they see every request (`onResponse` for one, with `reply.elapsedTime` and the
   * `operationId` in `request.routeOptions.schema`).
   */
  readonly plugins?: readonly (FastifyPluginAsync | FastifyPluginCallback)[]
  /** Told the address (16 bytes) of everybody who connects. */
  readonly onConnection?: (remote: Uint8Array) => void
}

/** A catalog API that is being served. */
export interface CatalogApi {
  readonly endpoint: Endpoint
  /** Connections open now, and watchers of the changes among them. */
  readonly connectionCount: number
  readonly watcherCount: number
  /**
   * Stops accepting, ends the streams of changes, lets requests under way end for `stopMs`, then cuts them, and frees the
   * port; a second call waits for the first.
   */
  stop(): Promise<void>
}

/** Milliseconds between two looks at whose time is over, at most. */
const LOOK_MS = 1000

/** Bytes from which on an answer is compressed: below, it fits a packet anyway. */
const COMPRESSED_BYTES = 1024

/** Serves the catalog API (see protocol/catalog-api.ts). Rejects with a {@link listenFailure}. */
export async function startCatalogApi(options: CatalogApiOptions): Promise<CatalogApi> {
  const { host, port, state, viewpointOf, limits, onFault, plugins = [] } = options
  checkListenAddress(host, port)

  const app = createServer(limits, onFault, socket => connections.isAnswering(socket))
  const connections = new Connections(app.server, limits, options.onConnection)
  const watchers = new ChangeWatchers(state, limits)
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    watchers.stop()
    connections.cutWhenIdle()
    const cut = setTimeout(() => connections.cutAll(), limits.stopMs)
    try {
      await app.close()
      // The server says that it is closed before its last connections do.
      await connections.allClosed()
    } finally {
      clearTimeout(cut)
    }
  }

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
    if (stopped !== undefined) throw new ProblemError('stopping')
  })
  app.addHook('onResponse', async request => dropRest(request.raw, limits.lingerMs))
  answerProblems(app, onFault)
  // A body is a list or nothing: the framework's own readers would collect it, and take other media types.
  app.removeAllContentTypeParsers()
  const waitingAnswers = new WaitingAnswers(app, limits)
  app.setValidatorCompiler(requestValidatorCompiler)
  const context: RouteContext = { state, limits, connections, viewpointOf, onFault }
  try {
    await app.register(fastifyCompress, {
      encodings: ['br', 'gzip'],
      threshold: COMPRESSED_BYTES,
      globalDecompression: false,
    })
    await collectDescription(app)
    for (const plugin of plugins) await app.register(plugin)
    const typed: ApiServer = app.withTypeProvider<SchemaTypes>()
    await typed.register(scope => catalogRoutes(scope, context, waitingAnswers))
    await typed.register(scope => changeRoutes(scope, context, watchers))
    await typed.register(scope => registrationRoutes(scope, context))
    await descriptionRoutes(app)
    await app.ready()
    await listenWithIPv4Fallback(host, address => app.listen({ host: address, port })).catch(fault => {
      throw listenFailure(fault, host, port)
    })
  } catch (fault) {
    await stop()
    throw fault
  }
  // Accepting goes on when a single connection could not be accepted (descriptors run out, for one).
  app.server.on('error', onFault)

  return {
    endpoint: endpointOf(app.server),
    get connectionCount() {
      return connections.count
    },
    get watcherCount() {
      return watchers.count
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

function createServer(
  limits: ApiLimits,
  onFault: (fault: Error) => void,
  isAnswering: (socket: Socket) => boolean,
): FastifyInstance {
  return fastify({
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(LOOK_MS, limits.headersMs),
    },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: 2 * limits.idleMs,
    // Refused by a problem instead.
    return503OnClosing: false,
    clientErrorHandler: (fault, socket) => answerMalformedRequest(fault, socket, isAnswering(socket)),
    frameworkErrors: (fault, _request, reply) => answerError(fault, reply, onFault),
  })
}

/**
 * Bounds how long the rest of a body, of which nobody wants more, is still read: closing before it was read would reset
 * the connection, and the answer would be lost on its way.
 */
function dropRest(request: IncomingMessage, lingerMs: number): void {
  if (request.complete || request.destroyed) return
  const { socket } = request
  const late = setTimeout(() => socket.destroy(), lingerMs)
  // A request that was answered is not told that its connection is gone.
  const over = () => {
    clearTimeout(late)
    request.off('close', over)
    socket.off('close', over)
  }
  request.once('close', over)
  socket.once('close', over)
}

function endpointOf(server: Server): Endpoint {
  const bound = server.address()
  if (bound === null || typeof bound === 'string')
    throw new TypeError('a TCP server has an address and a port')
  return { address: bound.address, port: bound.port }
}
