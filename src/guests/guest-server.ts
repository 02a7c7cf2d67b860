import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { monotonicMs } from '../base/clock.ts'
import { Failure, systemReason } from '../base/failure.ts'
import { markup } from '../base/markup.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import { checkListenAddress, listenWithIPv4Fallback } from '../transport/listen-address.ts'
import { listenFailure } from '../transport/listen-error.ts'
import { addressKey } from './address-key.ts'
import { guestAddresses } from './guest-addresses.ts'
import { SAFE_HEADERS, sendBytes } from './guest-answer.ts'
import { DEFAULT_GUEST_LIMITS, type GuestLimits } from './guest-limits.ts'
import { GuestLocks, makeToken } from './guest-locks.ts'
import { GuestPictures } from './guest-pictures.ts'
import { GuestProblem } from './guest-problem.ts'
import {
  answerGuest,
  type GuestPeer,
  type GuestRoutesContext,
  JSON_HEADERS,
  pageContext,
  receiveFromGuest,
} from './guest-routes.ts'
import { loadGuestScripts } from './guest-scripts.ts'
import { UploadReceiver, type UploadSurroundings } from './receive-upload.ts'
import { Slots } from './slots.ts'

/** The folder below the shared one that holds what guests brought. */
export const GUEST_FOLDER = 'guests'

/** How a page for guests is served. */
export interface GuestServerOptions {
  readonly peer: GuestPeer
  /** An IP address; `::` takes IPv4 and IPv6 both. */
  readonly host: string
  /** TCP port; 0 lets the system choose. */
  readonly port: number
  /** Where guests may bring pictures: whether what they bring is shared, as it is where subfolders are. */
  readonly uploads: { readonly isShared: boolean } | undefined
  /** A mistake of our own, or of the system under us. */
  readonly onFault: (fault: unknown) => void
  readonly limits?: GuestLimits
  /** For tests: what has room. */
  readonly space?: UploadSurroundings['space']
}

/** The token, and what follows it up to a query. What is percent-encoded there is never looked at: no path has any. */
const TARGET = /^\/([a-z0-9]{1,32})(?:\/([^?#]*))?(?:\?([^#]*))?$/

/** A page for guests that is being served. */
export class GuestServer {
  readonly #server: Server
  readonly #locks: GuestLocks
  readonly #limits: GuestLimits
  readonly #context: GuestRoutesContext
  readonly #token: string
  readonly #onFault: (fault: unknown) => void
  readonly #connections = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  #stopped: Promise<void> | undefined

  private constructor(options: GuestServerOptions, scripts: GuestRoutesContext['scripts']) {
    const { peer, uploads, limits = DEFAULT_GUEST_LIMITS, space } = options
    this.#token = makeToken()
    this.#limits = limits
    this.#onFault = options.onFault
    this.#locks = new GuestLocks(this.#token, limits.wrongTokens, monotonicMs)
    const surroundings = { has: peer.has.bind(peer), ...(space === undefined ? {} : { space }) }
    const folder = join(peer.directory, GUEST_FOLDER)
    this.#context = {
      ...{ peer, limits, scripts, base: `/${this.#token}/` },
      pictures: new GuestPictures(peer, monotonicMs),
      slots: new Slots(limits.transfers, limits.transfersPerAddress),
      address: () => this.addresses[0] ?? '',
      uploads:
        uploads === undefined
          ? undefined
          : {
              receiver: new UploadReceiver(folder, limits.uploads, surroundings),
              isShared: uploads.isShared,
            },
    }
    this.#server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    })
    this.#server.maxConnections = limits.connections
    this.#server.timeout = limits.idleMs
    this.#server.on('connection', socket => this.#admit(socket))
    this.#server.on('request', (request, response) => this.#begin(request, response))
    this.#server.on('checkContinue', (request, response) => this.#begin(request, response))
    this.#server.on('clientError', (_fault, socket) => socket.destroy())
    this.#server.on('upgrade', (_request, socket) => socket.destroy())
  }

  /** Serves the page. Rejects with a listen failure, or with `directoryUnreadable` where the guests' folder cannot be made. */
  static async start(options: GuestServerOptions): Promise<GuestServer> {
    const { host, port } = options
    checkListenAddress(host, port)
    const server = new GuestServer(options, await loadGuestScripts())
    await server.#context.uploads?.receiver.start().catch(fault => {
      throw new Failure('directoryUnreadable', {
        directory: join(options.peer.directory, GUEST_FOLDER),
        reason: systemReason(fault),
      })
    })
    await listenWithIPv4Fallback(host, address => listen(server.#server, address, port)).catch(fault => {
      throw listenFailure(fault, host, port)
    })
    // Accepting goes on when a single connection could not be accepted.
    server.#server.on('error', options.onFault)
    await server.#findAddresses(host)
    return server
  }

  #addresses: readonly string[] = []

  async #findAddresses(host: string): Promise<void> {
    this.#addresses = (await guestAddresses(host)).map(
      address => `http://${address}:${this.endpoint.port}/${this.#token}/`,
    )
  }

  /** Where the page is found, the address that most guests can reach first. */
  get addresses(): readonly string[] {
    return this.#addresses
  }

  get endpoint(): Endpoint {
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new TypeError('the server listens no more')
    return { address: bound.address, port: bound.port }
  }

  /** Cuts what is under way, removes what has not arrived, and frees the port. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    const received = this.#context.uploads?.receiver.stop()
    this.#server.closeAllConnections()
    await Promise.allSettled([closed, received, ...this.#running])
  }

  #admit(socket: Socket): void {
    const key = addressKey(socket.remoteAddress ?? '')
    const count = (this.#connections.get(key) ?? 0) + 1
    if (count > this.#limits.connectionsPerAddress) {
      socket.destroy()
      return
    }
    this.#connections.set(key, count)
    socket.once('close', () => {
      const left = (this.#connections.get(key) ?? 1) - 1
      if (left === 0) this.#connections.delete(key)
      else this.#connections.set(key, left)
    })
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const running = this.#answer(request, response).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    try {
      for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value)
      await this.#route(request, response, leaving.signal)
    } catch (error) {
      this.#refuse(request, response, error)
    }
    dropRest(request, this.#limits.lingerMs)
  }

  async #route(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    this.#locks.checkHost(request)
    const [, token = '', path, query = ''] = TARGET.exec(request.url ?? '') ?? []
    this.#locks.checkToken(request, token)
    if (path === undefined) {
      response.writeHead(308, { Location: this.#context.base, 'Content-Length': 0 }).end()
      return
    }
    const guest = { request, response, path, query: new URLSearchParams(query), signal }
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return answerGuest(this.#context, guest)
      case 'POST':
        this.#locks.checkOrigin(request)
        if (request.headers.expect !== undefined) response.writeContinue()
        return receiveFromGuest(this.#context, guest)
      default:
        throw new GuestProblem('wrongMethod')
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const problem = error instanceof GuestProblem ? error : new GuestProblem('failed', { cause: error })
    const isGone = response.destroyed || request.socket.destroyed
    if (isGone) return
    if (problem.code === 'failed') this.#onFault(problem.cause)
    if (response.headersSent) {
      response.destroy()
      return
    }
    const { code, status } = problem
    const headers = {
      ...JSON_HEADERS,
      ...(status === 405 ? { Allow: 'GET, HEAD, POST' } : {}),
      ...(status === 429 || status === 503 ? { 'Retry-After': '5' } : {}),
      ...(request.complete ? {} : { Connection: 'close' }),
    }
    if (request.method === 'POST' || request.headers.accept?.includes('text/html') !== true) {
      sendBytes(request, response, status, headers, JSON.stringify({ problem: code }))
      return
    }
    const { texts } = pageContext(this.#context, { request, query: new URLSearchParams() })
    const page = markup`<!doctype html><html lang="${texts.locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${status}</title></head><body><main><h1>${texts.problems[code]}</h1></main></body></html>`
    sendBytes(
      request,
      response,
      status,
      { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
      page.text,
    )
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Bounds how long the rest of a body that nobody wants is still read: closing before would lose the answer on its way. */
function dropRest(request: IncomingMessage, lingerMs: number): void {
  if (request.complete || request.destroyed) return
  const { socket } = request
  const late = setTimeout(() => socket.destroy(), lingerMs)
  const over = () => clearTimeout(late)
  request.once('end', over)
  socket.once('close', over)
  request.resume()
}
