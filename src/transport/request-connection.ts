import type { Socket } from 'node:net'
import { ADDRESS_BYTES, formatAddress, writeAddress } from '../protocol/ip-address.ts'

/**
 * Where a connection stands: its next request is awaited, it is answered, its answer waits for its turn, or our side is
 * closed and theirs is awaited.
 */
type Phase = 'asking' | 'answering' | 'held' | 'closing'

/** Milliseconds that a connection may stay without moving, in each phase. One that is held may stay. */
export interface ConnectionLimits {
  /** From the connection's beginning, or the last answer's end, to a whole request; a trickle does not extend it. */
  readonly requestMs: number
  /** Without a byte that the system took, while it is answered. What they send meanwhile is no sign of life. */
  readonly idleMs: number
  /** That somebody gets to close their side after we closed ours. */
  readonly lingerMs: number
}

/** Why whatever was done for it ends. One for all: making it costs more than a small image. */
const GONE = new Error('the connection is gone')

/** One connection of a stranger, and how long it may stay. */
export class RequestConnection {
  readonly socket: Socket
  /** The address at the other end, IPv4 as IPv4 also on a dual-stack socket; empty where it is gone already. */
  readonly address: string
  /** Bytes that went out beside the socket, which does not count them. */
  sentBytes = 0
  #phase: Phase = 'asking'
  #sinceMs: number
  #completed = 0
  #gone: AbortController | undefined

  constructor(socket: Socket, nowMs: number) {
    this.socket = socket
    this.address = remoteAddressOf(socket)
    this.#sinceMs = nowMs
  }

  /** Aborts when the connection is gone. */
  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      this.#gone = new AbortController()
      if (this.socket.destroyed) this.#gone.abort(GONE)
    }
    return this.#gone.signal
  }

  /** To be called once, when the connection is gone. */
  leave(): void {
    this.#gone?.abort(GONE)
  }

  ask(nowMs: number): void {
    if (this.#phase !== 'closing') this.#enter('asking', nowMs)
  }

  answer(nowMs: number): void {
    if (this.#phase !== 'closing') this.#enter('answering', nowMs)
  }

  /** The answer waits for something that is not the asker's to do. */
  hold(): void {
    if (this.#phase === 'answering') this.#phase = 'held'
  }

  /**
   * Ends our side after what was written, keeps reading (unread bytes would turn the close into a reset, and a reset
   * throws away image bytes that the receiver has not read yet), and gives up on a receiver that never closes.
   */
  end(): void {
    this.socket.end()
    this.socket.resume()
  }

  /** Cuts the connection so that nobody takes what went out for the whole. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** Writes in order; `undefined` where the system took it all at once, else what resolves when it did. */
  send(bytes: Buffer): Promise<void> | undefined {
    if (this.socket.destroyed) return Promise.reject(GONE)
    this.socket.write(bytes)
    return this.socket.writableLength === 0 ? undefined : this.write('')
  }

  /** Resolves when the system took the bytes, so that their buffer is free again and a slow reader holds us back. */
  /** A text is written as Latin-1. */
  write(bytes: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, 'latin1', error => (error ? reject(error) : resolve()))
    })
  }

  /** Whether it stayed without moving for longer than it may. */
  isOverdue({ requestMs, idleMs, lingerMs }: ConnectionLimits, nowMs: number): boolean {
    if (this.#phase !== 'closing' && this.socket.writableFinished) this.#enter('closing', nowMs)
    if (this.#phase === 'asking') return nowMs - this.#sinceMs >= requestMs
    if (this.#phase === 'closing') return nowMs - this.#sinceMs >= lingerMs
    const completed = this.sentBytes + this.socket.bytesWritten - this.socket.writableLength
    if (this.#phase === 'held' || completed !== this.#completed) this.#sinceMs = nowMs
    this.#completed = completed
    return nowMs - this.#sinceMs >= idleMs
  }

  #enter(phase: Phase, nowMs: number): void {
    this.#phase = phase
    this.#sinceMs = nowMs
  }
}

/** The IP address at the other end, IPv4 as IPv4 also on a dual-stack socket; empty where it is gone already. */
export function remoteAddressOf(socket: Socket): string {
  const text = socket.remoteAddress
  if (text === undefined) return ''
  if (socket.remoteFamily === 'IPv4') return text
  // An IPv4 address on a dual-stack socket, as every system writes it.
  if (text.startsWith('::ffff:') && text.includes('.')) return text.slice('::ffff:'.length)
  const bytes = Buffer.alloc(ADDRESS_BYTES)
  return writeAddress(text, bytes) ? formatAddress(bytes) : ''
}
