import type { Endpoint } from '../protocol/endpoint.ts'

/** What answers datagrams. Both calls are synchronous, and neither may keep a reference to the bytes it is given. */
export interface DatagramHandler {
  /**
   * Answers the datagram in `[start, end)` of `bytes`, sent from the address whose 16 bytes (see ip-address.ts) stand at
   * `sourceOffset` of `source`. Writes the reply into `reply` from `replyStart` on, where at least MAX_DATAGRAM_BYTES are
   * free, and returns its length in bytes; -1 means no reply.
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
  /** Called once after each batch of answers and before any reply of it is sent: what must be durable becomes so here. */
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
  /** Faults of the socket that do not end it, such as a reply the system refused to send. */
  readonly onFault: (fault: Error) => void
}

/** A bound socket that is being answered. */
export interface DatagramServer {
  readonly endpoint: Endpoint
  readonly path: DatagramPath
  /** Stops answering and frees the port. A batch under way is finished first; a second call waits for the first. */
  close(): Promise<void>
}
