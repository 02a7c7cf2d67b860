import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { monotonicMs } from '../base/clock.ts'
import type { Digest } from '../protocol/digest.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import {
  decodeHttpRequest,
  type HttpRequest,
  type HttpRequestFault,
  MAX_HEAD_BYTES,
} from '../protocol/http-request.ts'
import { encodeResponseHead } from '../protocol/http-response.ts'
import { decodeTransferRequest, TRANSFER_REQUEST_BYTES } from '../protocol/transfer-request.ts'
import { listenFailure } from './listen-error.ts'
import { type ConnectionLimits, RequestConnection } from './request-connection.ts'

/** Bounds of what strangers may hold open. */
export interface RequestListenerLimits extends ConnectionLimits {
  /** Connections at once, in all. */
  readonly connections: number
  /** Connections at once from one IP address: a class behind one router downloads together. */
  readonly connectionsPerAddress: number
}

export const DEFAULT_REQUEST_LISTENER_LIMITS: RequestListenerLimits = {
  connections: 512,
  connectionsPerAddress: 256,
  requestMs: 10_000,
  idleMs: 30_000,
  lingerMs: 5000,
}

/** Where to listen and what to do with a complete request. */
export interface RequestListenerOptions {
  /** An IP address; `::` takes IPv4 and IPv6 both and falls back to `0.0.0.0` where there is no IPv6. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits: RequestListenerLimits
  /**
   * Answers the old request, in writes of a size that a slow line takes within `idleMs`, and ends the connection. What it
   * rejects with closes the connection, and nothing more.
   */
  readonly onRequest: (digest: Digest, connection: RequestConnection) => Promise<void>
  /**
   * Answers HTTP/1.1 on the same port; when it resolves, the answer is written whole, and the connection's next request is
   * read, if there may be one. Absent, a connection that begins with HTTP is closed.
   */
  readonly onHttp?: (request: HttpRequest, connection: RequestConnection) => Promise<void>
}

/** A TCP port on which requests for images are answered. */
export interface RequestListener {
  readonly endpoint: Endpoint
  /** Connections open now. */
  readonly connectionCount: number
  /** Stops accepting and cuts what is open. */
  close(): Promise<void>
}

/** Looks at all connections in each of the shortest of their bounds, and milliseconds between two looks at most. */
const LOOKS_PER_BOUND = 4
const LONGEST_LOOK_MS = 1000

/**
 * Listens for requests, however their bytes arrive, and tells the old one from HTTP by its first bytes. Rejects with a
 * {@link listenFailure}.
 */
export async function listenForRequests(options: RequestListenerOptions): Promise<RequestListener> {
  const { limits } = options
  /** Bounded by `limits.connections`, as is the other. */
  const open = new Map<Socket, RequestConnection>()
  const perAddress = new Map<string, number>()

  // One timer for all: a connection each would cost more than a small image.
  const shortestMs = Math.min(limits.requestMs, limits.idleMs, limits.lingerMs)
  const lookMs = Math.max(1, Math.min(LONGEST_LOOK_MS, shortestMs / LOOKS_PER_BOUND))
  let looking: NodeJS.Timeout | undefined
  const look = () => {
    const nowMs = monotonicMs()
    for (const [socket, connection] of open) if (connection.isOverdue(limits, nowMs)) socket.destroy()
  }

  // Half-open: a client that ends its side right after the request still gets its image.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, socket => {
    const connection = new RequestConnection(socket, monotonicMs())
    const { address } = connection
    const before = perAddress.get(address) ?? 0
    if (open.size >= limits.connections || before >= limits.connectionsPerAddress) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    looking ??= setInterval(look, lookMs)
    open.set(socket, connection)
    perAddress.set(address, before + 1)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      open.delete(socket)
      const left = (perAddress.get(address) ?? 1) - 1
      if (left === 0) perAddress.delete(address)
      else perAddress.set(address, left)
      if (open.size === 0) {
        clearInterval(looking)
        looking = undefined
      }
      connection.leave()
    })
    new Conversation(connection, options).begin()
  })
  // Accepting goes on when a single connection could not be accepted (descriptors run out, for one).
  await listen(server, options.host, options.port)
  server.on('error', () => {})

  const bound = server.address()
  if (bound === null || typeof bound === 'string')
    throw new TypeError('a TCP server has an address and a port')
  return {
    endpoint: { address: bound.address, port: bound.port },
    get connectionCount() {
      return open.size
    },
    async close() {
      // The server says that it is closed before the last sockets do.
      const closed: Promise<unknown>[] = [once(server, 'close')]
      server.close()
      for (const [socket, connection] of open) {
        closed.push(new Promise(resolve => socket.once('close', resolve)))
        connection.leave()
        socket.destroy()
      }
      await Promise.all(closed)
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    if (host === '::' && (error as NodeJS.ErrnoException).code === 'EAFNOSUPPORT')
      return listen(server, '0.0.0.0', port)
    throw listenFailure(error, host, port)
  }
}

/** Methods by which HTTP is recognised; the answer to most of them is 405. */
const HTTP_METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']

/** A request's target begins with a slash or a scheme, an image's digest never does. */
const HTTP_BEGINNING = new RegExp(`^(?:${HTTP_METHODS.join('|')}) (?:/|http)`)
const NOTHING: Buffer = Buffer.alloc(0)

/** Reads what comes on one connection: one old request, or HTTP requests one after the other. */
class Conversation {
  readonly #connection: RequestConnection
  readonly #socket: Socket
  readonly #options: RequestListenerOptions
  /** What is not read yet: never more than one head's bound and one chunk, since the socket is paused above that. */
  #received: Buffer = NOTHING
  #state: 'first' | 'http' | 'answering' | 'over' = 'first'
  #isTheirSideEnded = false

  constructor(connection: RequestConnection, options: RequestListenerOptions) {
    this.#connection = connection
    this.#socket = connection.socket
    this.#options = options
  }

  begin(): void {
    this.#socket.on('data', chunk => this.#take(chunk))
    this.#socket.once('end', () => {
      this.#isTheirSideEnded = true
      // What is being answered is answered; what is not whole never will be.
      if (this.#state === 'first' || this.#state === 'http') this.#end()
    })
  }

  #take(chunk: Buffer): void {
    if (this.#state === 'over') return
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    if (this.#state === 'first') this.#readFirst()
    else if (this.#state === 'http') this.#readHttp()
    else if (this.#received.length > MAX_HEAD_BYTES) this.#socket.pause()
  }

  #readFirst(): void {
    const request = decodeTransferRequest(this.#received)
    if (request === 'incomplete') return
    if (request !== 'malformed') {
      // Whatever follows the request is read and dropped.
      this.#over()
      this.#connection.answer(monotonicMs())
      this.#options.onRequest(request, this.#connection).catch(() => this.#socket.destroy())
      return
    }
    if (this.#options.onHttp === undefined) {
      this.#end()
      return
    }
    const beginning = this.#received.toString('latin1', 0, TRANSFER_REQUEST_BYTES)
    if (HTTP_BEGINNING.test(beginning)) {
      this.#state = 'http'
      // Several answers follow each other; the old request has one, whose end goes out with the connection's.
      this.#socket.setNoDelay(true)
      this.#readHttp()
      return
    }
    const canBecomeHttp = HTTP_METHODS.some(
      method => `${method} /`.startsWith(beginning) || `${method} http`.startsWith(beginning),
    )
    if (!canBecomeHttp) this.#end()
  }

  #readHttp(): void {
    const request = decodeHttpRequest(this.#received)
    if (request === 'incomplete') return
    if (typeof request === 'number') {
      this.#refuse(request)
      return
    }
    this.#received = this.#received.subarray(request.headBytes)
    this.#state = 'answering'
    this.#connection.answer(monotonicMs())
    this.#options.onHttp?.(request, this.#connection).then(
      () => this.#next(request.isLast),
      () => this.#socket.destroy(),
    )
  }

  #next(isLast: boolean): void {
    if (isLast || this.#socket.destroyed) {
      this.#end()
      return
    }
    this.#state = 'http'
    this.#connection.ask(monotonicMs())
    if (this.#received.length > 0) this.#readHttp()
    if (this.#state !== 'http') return
    if (this.#isTheirSideEnded) this.#end()
    else this.#socket.resume()
  }

  #refuse(status: HttpRequestFault): void {
    const date = new Date().toUTCString()
    this.#socket.write(encodeResponseHead({ status, headers: {}, bodyBytes: 0, isLast: true, date }))
    this.#end()
  }

  #end(): void {
    this.#over()
    this.#connection.end()
  }

  #over(): void {
    this.#state = 'over'
    this.#received = NOTHING
  }
}
