import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Endpoint, formatEndpoint } from '../protocol/endpoint.ts'

/** How long one exchange may take, and how many may be under way. */
export interface HttpLimits {
  /** Milliseconds until the connection stands. */
  readonly connectMs: number
  /** Milliseconds without a byte in either direction. */
  readonly idleMs: number
  /** Milliseconds from the last byte of the request to the last of its answer: a trickle does not extend it. */
  readonly answerMs: number
  /** Connections at once; further requests wait for one. */
  readonly connections: number
}

/** A server that takes off 200,000 images answers late; one that is gone should not be waited for long. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  connectMs: 3000,
  idleMs: 20_000,
  answerMs: 60_000,
  connections: 4,
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** With its query, as it goes onto the wire. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  /** Makes the pieces of the body, from its start each time it is called. They are taken as fast as they leave. */
  readonly body?: () => Iterable<string>
  /** Bytes of the answer's body, at most. */
  readonly maxBytes: number
}

/** Why an exchange gave no answer. */
type HttpFault =
  /** No connection came to stand. */
  | 'unreachable'
  /** What came back is not HTTP. */
  | 'notHttp'
  /** The connection ended before the answer did. */
  | 'cut'
  | 'stalled'
  /** The body is longer than allowed, or packed in a way nobody asked for. */
  | 'unreadable'

/** What came of an exchange. */
export type HttpResult =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Lower-case, without parameters; empty where none was given. */
      readonly mediaType: string
      /** Seconds after which asking again is worth it (Retry-After), where the server says so. */
      readonly retryAfterSeconds: number | undefined
      readonly body: Buffer
    }
  | {
      readonly kind: 'fault'
      readonly fault: HttpFault /** What the system said. */
      readonly detail: string
    }

/** Requests over HTTP/1.1 on connections that are kept for the next one. */
export class HttpClient {
  readonly #limits: HttpLimits
  readonly #agent: Agent

  constructor(limits: HttpLimits) {
    this.#limits = limits
    this.#agent = new Agent({ keepAlive: true, maxSockets: limits.connections, maxFreeSockets: 1 })
  }

  /**
   * Sends a request that may be sent twice without harm, and gives the answer. Whatever the other end does is a result;
   * rejects with the signal's reason when cancelled, and with what `body` throws.
   */
  async exchange(server: Endpoint, request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    for (;;) {
      signal.throwIfAborted()
      const attempt = new Attempt(this.#agent, this.#limits, server, request)
      const result = await attempt.run(signal)
      // A server may close an idle connection just when we use it again: it took nothing, and a new one tells.
      const wasClosedIdle = result.kind === 'fault' && result.fault === 'cut' && attempt.wasSentIntoVoid
      if (!wasClosedIdle) return result
    }
  }

  /** Cuts what is under way and what is kept. */
  close(): void {
    this.#agent.destroy()
  }
}

class UnreadableBodyError extends Error {}

/** One request on one connection. */
class Attempt {
  readonly #limits: HttpLimits
  readonly #request: HttpRequest
  readonly #exchange: ClientRequest
  readonly #over = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isConnected = false
  #isAnswered = false
  /** Why we cut the connection ourselves. */
  #cutFor: HttpResult | undefined

  constructor(agent: Agent, limits: HttpLimits, server: Endpoint, request: HttpRequest) {
    const { method, target, headers, body } = request
    this.#limits = limits
    this.#request = request
    this.#exchange = openRequest({
      agent,
      host: server.address,
      port: server.port,
      method,
      path: target,
      headers: {
        // A zone (fe80::1%eth0) is this computer's name for a network, nobody else's.
        host: formatEndpoint({ ...server, address: server.address.replace(/%.*$/, '') }),
        'accept-encoding': 'gzip',
        ...headers,
        ...(body === undefined ? {} : { 'transfer-encoding': 'chunked' }),
      },
    })
  }

  /** Whether the connection was one kept from before, and ended without a byte of an answer. */
  get wasSentIntoVoid(): boolean {
    return this.#exchange.reusedSocket && !this.#isAnswered && this.#cutFor === undefined
  }

  async run(signal: AbortSignal): Promise<HttpResult> {
    const exchange = this.#exchange
    const onAbort = () => {
      exchange.destroy()
      // A request that still waits for a connection tells nothing when it is destroyed.
      this.#over.abort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    exchange.on('error', () => {})
    const answered = once(exchange, 'response', { signal: this.#over.signal }) as Promise<[IncomingMessage]>
    const sending = this.#send()
    // Told by `answered` where the connection is at fault.
    sending.catch(() => {})
    try {
      const [answer] = await Promise.race([answered, sending.then(() => answered)])
      this.#isAnswered = true
      const body = await bodyOf(answer, this.#request.maxBytes)
      // A body without a length of its own ends with its connection, also where we ended that.
      signal.throwIfAborted()
      if (this.#cutFor !== undefined) return this.#cutFor
      const mediaType = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
      const retryAfter = answer.headers['retry-after'] ?? ''
      const retryAfterSeconds = /^[0-9]{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined
      return { kind: 'answer', status: answer.statusCode ?? 0, mediaType, retryAfterSeconds, body }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof BodySourceError) throw error.cause
      return this.#cutFor ?? this.#faultOf(error)
    } finally {
      signal.removeEventListener('abort', onAbort)
      clearTimeout(this.#timer)
      this.#over.abort()
      // An answer that came before the request was through leaves a connection that nobody can use again.
      if (!exchange.writableFinished || !this.#isAnswered) exchange.destroy()
    }
  }

  /** Sends the whole of the request; deadlines begin with its connection. */
  async #send(): Promise<void> {
    const exchange = this.#exchange
    const { connectMs, idleMs, answerMs } = this.#limits
    exchange.once('socket', socket => {
      const onConnected = () => {
        this.#isConnected = true
        clearTimeout(this.#timer)
        if (exchange.writableFinished) onSent()
      }
      const onSent = () => {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#cut('stalled', 'ETIMEDOUT'), answerMs)
      }
      exchange.once('finish', () => this.#isConnected && onSent())
      exchange.setTimeout(idleMs, () => this.#cut('stalled', 'ETIMEDOUT'))
      if (!socket.connecting) return onConnected()
      this.#timer = setTimeout(() => this.#cut('unreachable', 'ETIMEDOUT'), connectMs)
      socket.once('connect', onConnected)
    })
    for (const piece of piecesOf(this.#request.body)) {
      if (this.#over.signal.aborted) return
      if (!exchange.write(piece)) await once(exchange, 'drain', { signal: this.#over.signal })
    }
    exchange.end()
  }

  #cut(fault: HttpFault, detail: string): void {
    this.#cutFor ??= { kind: 'fault', fault, detail }
    this.#exchange.destroy(new Error(detail))
  }

  #faultOf(error: unknown): HttpResult {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
    const detail = code === '' ? String(error instanceof Error ? error.message : error) : code
    const fault = (kind: HttpFault): HttpResult => ({ kind: 'fault', fault: kind, detail })
    if (error instanceof UnreadableBodyError || code.startsWith('Z_')) return fault('unreadable')
    if (code.startsWith('HPE_')) return fault('notHttp')
    return fault(this.#isConnected ? 'cut' : 'unreachable')
  }
}

/** What the maker of a body threw, told apart from what a connection did. */
class BodySourceError extends Error {}

function* piecesOf(body: (() => Iterable<string>) | undefined): Generator<string> {
  if (body === undefined) return
  try {
    yield* body()
  } catch (error) {
    throw new BodySourceError('', { cause: error })
  }
}

async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip') {
    answer.destroy()
    throw new UnreadableBodyError(`content-encoding: ${encoding}`)
  }
  const content = encoding === 'gzip' ? pipeline(answer, createGunzip(), () => {}) : answer
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop early ends the stream, and with it the connection.
  for await (const chunk of content as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new UnreadableBodyError('EMSGSIZE')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}
