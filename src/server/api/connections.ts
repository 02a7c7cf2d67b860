import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ADDRESS_BYTES, isIPv4Mapped, writeAddress } from '../../protocol/ip-address.ts'
import type { ApiLimits } from './api-limits.ts'
import { Places } from './places.ts'

/** One connection, as far as an operation cares. */
export interface Connection {
  /** Where it came from and where it arrived: 16 bytes each, see protocol/ip-address.ts. */
  readonly remote: Uint8Array
  readonly local: Uint8Array
  /** What bounds for each address count by. */
  readonly addressKey: string
}

interface OpenConnection extends Connection {
  /** Requests that have no whole answer yet; more than one where they are pipelined, which Node bounds by bytes. */
  readonly underWay: Set<ServerResponse>
}

/** Bytes of an IPv6 address that name a network of one household (RFC 6177: at least a /64). */
const NETWORK_BYTES = 8

/** The connections of an HTTP server: bounded in all and for each address, and cut when they are no longer wanted. */
export class Connections {
  readonly #open = new Map<Socket, OpenConnection>()
  readonly #places: Places
  #stopping = false

  readonly #onConnection: (remote: Uint8Array) => void

  /** `onConnection` is told the address of each. */
  constructor(
    server: Server,
    limits: Pick<ApiLimits, 'connections' | 'connectionsPerAddress'>,
    onConnection: (remote: Uint8Array) => void = () => {},
  ) {
    this.#onConnection = onConnection
    this.#places = new Places(limits.connections, limits.connectionsPerAddress)
    server.on('connection', socket => this.#accept(socket))
    // Before whoever answers: an answer may be whole by the time that the listener after it is called.
    server.prependListener('request', (request, response) => this.#begin(request.socket, response))
  }

  get count(): number {
    return this.#open.size
  }

  /** Resolves once none is open. */
  async allClosed(): Promise<void> {
    const closing = [...this.#open.keys()].map(
      socket => new Promise<void>(resolve => socket.once('close', () => resolve())),
    )
    await Promise.all(closing)
  }

  /** `undefined` once it is gone. */
  of(socket: Socket): Connection | undefined {
    return this.#open.get(socket)
  }

  /** Whether an answer has been begun or is being made on it, so that nothing else may be written. */
  isAnswering(socket: Socket): boolean {
    return (this.#open.get(socket)?.underWay.size ?? 0) > 0
  }

  /** Cuts every connection that has no request under way, now and as their last one ends. */
  cutWhenIdle(): void {
    this.#stopping = true
    for (const [socket, { underWay }] of this.#open) {
      if (underWay.size === 0) socket.destroy()
    }
  }

  cutAll(): void {
    this.#stopping = true
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #accept(socket: Socket): void {
    const remote = new Uint8Array(ADDRESS_BYTES)
    const local = new Uint8Array(ADDRESS_BYTES)
    // Gone before it was looked at, or one that came while the server stops: nothing could be answered.
    const isWanted =
      !this.#stopping &&
      writeAddress(socket.remoteAddress ?? '', remote) &&
      writeAddress(socket.localAddress ?? '', local)
    const addressKey = keyOf(remote)
    if (!isWanted || this.#places.take(addressKey) !== 'taken') {
      socket.destroy()
      return
    }
    this.#open.set(socket, { remote, local, addressKey, underWay: new Set() })
    this.#onConnection(remote)
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#places.leave(addressKey)
    })
  }

  #begin(socket: Socket, response: ServerResponse): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    connection.underWay.add(response)
    response.once('close', () => {
      connection.underWay.delete(response)
      if (this.#stopping && connection.underWay.size === 0) socket.destroy()
    })
  }
}

function keyOf(address: Uint8Array): string {
  const bytes = isIPv4Mapped(address) ? address : address.subarray(0, NETWORK_BYTES)
  return Buffer.from(bytes).toString('latin1')
}
