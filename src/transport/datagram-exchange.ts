import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { monotonicMs } from '../base/clock.ts'
import type { Endpoint } from '../protocol/endpoint.ts'

/** How a request is repeated while its reply stays out. */
export interface RetryPlan {
  /** How often the datagram is sent at most. */
  readonly attempts: number
  /** Milliseconds until the second try. */
  readonly firstDelayMs: number
  /** By how much each further delay is longer than the one before. */
  readonly growth: number
  /** Milliseconds; no delay is longer. */
  readonly maxDelayMs: number
  /** Attempts in a row that the system reports as refused (no such port at the server) before it is believed. */
  readonly refusalsBelieved: number
}

/**
 * Up to 11 tries in some 20 seconds. With 30 % of datagrams lost each way a try succeeds with 0.49, so all fail once in
 * 1,600 requests; a server that is just being restarted is waited for.
 */
export const DEFAULT_RETRY_PLAN: RetryPlan = {
  attempts: 11,
  firstDelayMs: 300,
  growth: 1.6,
  maxDelayMs: 3000,
  refusalsBelieved: 4,
}

/** How an exchange ended. */
export type Exchange =
  | {
      readonly kind: 'reply'
      readonly bytes: Buffer /** Datagrams sent until it came. */
      readonly attempts: number
    }
  | {
      readonly kind: 'silence'
      readonly attempts: number
      readonly elapsedMs: number
      readonly refused: boolean
    }
  /** The system sends no datagram of this length (macOS stops at 9,216 bytes by default). */
  | { readonly kind: 'tooLong' }

/** What an exchange needs besides its datagram. */
export interface ExchangeOptions {
  readonly plan: RetryPlan
  readonly signal: AbortSignal
  /** Called before each repeat with the number of tries so far. */
  readonly onRetry?: (attempts: number) => void
}

/**
 * Sends `datagram` to `server` until a datagram that `accept` takes comes back, or the plan is used up. The wire has no
 * request numbers, so each exchange has a socket, and thereby a source port, of its own, connected to the server: the
 * system drops what others send, and the late answer to an earlier request finds nobody. Rejects with the signal's reason
 * when cancelled, and with the system's error when no socket is to be had.
 */
export async function exchangeDatagrams(
  server: Endpoint,
  datagram: Uint8Array,
  accept: (reply: Buffer) => boolean,
  options: ExchangeOptions,
): Promise<Exchange> {
  const { plan, signal, onRetry } = options
  signal.throwIfAborted()
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
  try {
    socket.connect(server.port, server.address)
    await once(socket, 'connect', { signal })
    return await repeat(socket, datagram, accept, plan, signal, onRetry)
  } catch (error) {
    // `once` rejects with an error of its own when cancelled.
    signal.throwIfAborted()
    throw error
  } finally {
    socket.close()
  }
}

function repeat(
  socket: Socket,
  datagram: Uint8Array,
  accept: (reply: Buffer) => boolean,
  plan: RetryPlan,
  signal: AbortSignal,
  onRetry: ((attempts: number) => void) | undefined,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const startedAt = monotonicMs()
    let attempts = 0
    let refusals = 0
    let delayMs = plan.firstDelayMs
    let timer: NodeJS.Timeout | undefined

    const finish = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners('message')
      settle()
    }
    const onAbort = () => finish(() => reject(signal.reason))
    const giveUp = () => {
      const elapsedMs = monotonicMs() - startedAt
      finish(() => resolve({ kind: 'silence', attempts, elapsedMs, refused: refusals > 0 }))
    }
    const onFault = (error: Error | null) => {
      if (error === null) return
      const { code } = error as NodeJS.ErrnoException
      // An ICMP "port unreachable" may surface on the next send or receive; anyone can forge one, so one is no proof.
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET') refusals += 1
      else if (code === 'EMSGSIZE') finish(() => resolve({ kind: 'tooLong' }))
    }
    const attempt = () => {
      if (attempts > 0 && (attempts >= plan.attempts || refusals >= plan.refusalsBelieved)) return giveUp()
      if (attempts > 0) onRetry?.(attempts)
      attempts += 1
      socket.send(datagram, onFault)
      timer = setTimeout(attempt, delayMs * (0.75 + Math.random() * 0.5))
      delayMs = Math.min(delayMs * plan.growth, plan.maxDelayMs)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onFault)
    socket.on('message', bytes => {
      if (accept(bytes)) finish(() => resolve({ kind: 'reply', bytes, attempts }))
    })
    attempt()
  })
}
