import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener as HttpHandler } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Digest } from '../protocol/digest.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import { ADDRESS_BYTES, formatAddress, writeAddress } from '../protocol/ip-address.ts'
import { decodeTransferRequest, TRANSFER_REQUEST_BYTES } from '../protocol/transfer-request.ts'
import { listenFailure } from './listen-error.ts'
import { RequestDeadlines } from './request-deadlines.ts'

/** Bounds of what strangers may hold open. */
export interface RequestListenerLimits {
  /** Connections at once, in all. */
  readonly connections: number
  /** Connections at once from one IP address: a class behind one router downloads together. */
  readonly connectionsPerAddress: number
  /** Milliseconds from the connection to its whole request; a trickle does not extend it. */
  readonly requestMs: number
  /**
   * Milliseconds without a write that came to its end, after which somebody who does not read is cut (at the latest after
   * twice as many). What they send meanwhile is no sign of life.
   */
  readonly idleMs: number
}

export const DEFAULT_REQUEST_LISTENER_LIMITS: RequestListenerLimits = {
  connections: 512,
  connectionsPerAddress: 256,
  requestMs: 10_000,
  idleMs: 30_000,
}

/** Where to listen and what to do with a complete request. */
export interface RequestListenerOptions {
  /** An IP address; `::` takes IPv4 and IPv6 both and falls back to `0.0.0.0` where there is no IPv6. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits: RequestListenerLimits
  /**
   * Answers one request, in writes of a size that a slow line takes within `idleMs`, and ends the socket. The signal
   * aborts when the connection is gone or the listener stops. What it rejects with closes the connection, and nothing
   * more.
   */
  readonly onRequest: (digest: Digest, socket: Socket, signal: AbortSignal) => Promise<void>
  /** Answers HTTP/1.1 on the same port; absent, a connection that begins with it is closed. */
  readonly onHttp?: HttpHandler
}

/** A TCP port on which transfer requests are answered. */
export interface RequestListener {
  readonly endpoint: Endpoint
  /** Connections open now. */
  readonly connectionCount: number
  /** Stops accepting and cuts what is open. */
  close(): Promise<void>
}

/** Milliseconds that somebody gets to close their side after we closed ours. */
const LINGER_MS = 5000

/**
 * Ends our side after what was written, keeps reading (unread bytes would turn the close into a reset, and a reset throws
 * away image bytes that the receiver has not read yet), and gives up on a receiver that never closes.
 */
export function closeGently(socket: Socket): void {
  socket.end(() => {
    // Gone already: nothing would ever clear the timer.
    if (socket.destroyed) return
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  })
  socket.resume()
}

/** The address at the other end, IPv4 as IPv4 also on a dual-stack socket; empty once the connection is gone. */
export function remoteAddressOf(socket: Socket): string {
  const bytes = Buffer.alloc(ADDRESS_BYTES)
  return writeAddress(socket.remoteAddress ?? '', bytes) ? formatAddress(bytes) : ''
}

/** Listens for `GET <md5>`, however its bytes arrive. Rejects with a {@link listenFailure}. */
export async function listenForRequests(options: RequestListenerOptions): Promise<RequestListener> {
  const { limits } = options
  const open = new Map<Socket, AbortController>()
  const perAddress = new Map<string, number>()

  // Never listens, so it checks no timeouts: the deadlines of this file hold for its connections as well.
  const http = options.onHttp === undefined ? undefined : createHttpServer(options.onHttp)
  const deadlines = http && new RequestDeadlines(http, limits.requestMs)
  // Not documented: without it a client that ends its side right after its request gets no answer.
  if (http !== undefined) Object.assign(http, { httpAllowHalfOpen: true })

  // Half-open: a client that ends its side right after the request still gets its image.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false }, socket => {
    const address = remoteAddressOf(socket)
    const before = perAddress.get(address) ?? 0
    if (open.size >= limits.connections || before >= limits.connectionsPerAddress) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    const gone = new AbortController()
    open.set(socket, gone)
    perAddress.set(address, before + 1)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      open.delete(socket)
      const left = (perAddress.get(address) ?? 1) - 1
      if (left === 0) perAddress.delete(address)
      else perAddress.set(address, left)
      gone.abort()
    })
    const onDigest = (digest: Digest) => {
      cutWhenStalled(socket, limits.idleMs)
      options.onRequest(digest, socket, gone.signal).catch(() => socket.destroy())
    }
    const onHttp =
      http &&
      ((received: Buffer) => {
        cutWhenStalled(socket, limits.idleMs)
        deadlines?.watch(socket)
        socket.pause()
        socket.unshift(received)
        http.emit('connection', socket)
        socket.resume()
      })
    readRequest(socket, limits.requestMs, onDigest, onHttp)
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
      for (const [socket, gone] of open) {
        closed.push(new Promise(resolve => socket.once('close', resolve)))
        gone.abort()
        socket.destroy()
      }
      await Promise.all(closed)
    },
  }
}

/** Cuts a connection when no write was completed between two looks at it. */
function cutWhenStalled(socket: Socket, idleMs: number): void {
  let before = -1
  const timer = setInterval(() => {
    const completed = socket.bytesWritten - socket.writableLength
    if (completed === before) socket.destroy()
    before = completed
  }, idleMs)
  socket.once('close', () => clearInterval(timer))
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

/** A request's target begins with a slash, an image's digest never does. */
const HTTP_BEGINNING = new RegExp(`^(?:${HTTP_METHODS.join('|')}) /`)

/** Reads a connection until its request is complete; one that is malformed or late is closed without a byte. */
function readRequest(
  socket: Socket,
  requestMs: number,
  onDigest: (digest: Digest) => void,
  onHttp: ((received: Buffer) => void) | undefined,
): void {
  // Never longer than a request's beginning and one chunk: each longer one is one kind or none.
  let received: Buffer = Buffer.alloc(0)
  const deadline = setTimeout(() => socket.destroy(), requestMs)
  const done = () => {
    clearTimeout(deadline)
    socket.off('data', onData)
    socket.off('end', onEnd)
    socket.off('close', done)
  }
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    const request = decodeTransferRequest(received)
    if (request === 'incomplete') return
    if (request === 'malformed' && onHttp !== undefined) {
      const beginning = received.toString('latin1', 0, TRANSFER_REQUEST_BYTES)
      if (HTTP_BEGINNING.test(beginning)) {
        done()
        return onHttp(received)
      }
      if (HTTP_METHODS.some(method => `${method} `.startsWith(beginning))) return
    }
    done()
    if (request === 'malformed') return closeGently(socket)
    // Whatever follows the request is read and dropped, see closeGently.
    socket.resume()
    onDigest(request)
  }
  const onEnd = () => {
    done()
    closeGently(socket)
  }
  socket.on('data', onData)
  socket.once('end', onEnd)
  socket.once('close', done)
}
