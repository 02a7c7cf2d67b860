import type { Endpoint } from '../protocol/endpoint.ts'

/** What answers datagrams. Both calls are synchronous, and neither may keep a reference to the bytes it is given. */
export interface DatagramHandler {
  /**
   * Answers the datagram in `[start, end)` of `bytes`, sent from the address whose 16 bytes (see ip-address.ts) stand at
   * `sourceOffset` of `source`. Writes the reply into `reply` from `replyStart` on, where at least MAX_DATAGRAM_BYTES are
   * free, and returns its length in bytes; -1 means no reply. What it throws goes to `onFault`, and the datagram gets no
   * reply.
   */
  answer(
    bytes: Buffer,
    start: number,
    end: number,
    source: Buffer,
    sourceOffset: number,
    reply: Buffer,
    replyStart: number,
  ): number
  /**
   * Called once after each batch of answers and before any reply of it is sent: what must be durable becomes so here.
   * What it throws goes to `onFault`, and no reply of the batch is sent: nothing is acknowledged that was not committed.
   */
  commit(): void
}

/** How datagrams travel: in batches by system calls of our own, or one at a time by `node:dgram`. */
export type DatagramPath = 'fast' | 'portable'

/** Where and how to listen. */
export interface DatagramServerOptions {
  /** An IP address to bind; `::` takes IPv4 and IPv6 both, and falls back to `0.0.0.0` where there is no IPv6. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly handler: DatagramHandler
  /**
   * Faults that do not end the socket: what the handler threw, a reply the system refused to send, replies dropped
   * because too many wait. Strangers can cause one per datagram, so whoever logs them limits them.
   */
  readonly onFault: (fault: Error) => void
}

/**
 * A bound socket that is being answered. A datagram from port 0, to which nothing can be sent (RFC 768), is dropped
 * unanswered.
 */
export interface DatagramServer {
  readonly endpoint: Endpoint
  readonly path: DatagramPath
  /**
   * Stops answering and frees the port; a second call waits for the first. A batch under way, of which this may be
   * called, is finished first: answered, committed and handed to the system. Replies the system had no room for at that
   * moment are dropped.
   */
  close(): Promise<void>
}

/** Why the fast path cannot be taken here; the portable one can. */
export class FastPathUnavailableError extends Error {
  readonly code = 'ERR_FAST_PATH_UNAVAILABLE'
  override readonly name = 'FastPathUnavailableError'
}
