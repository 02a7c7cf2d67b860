import { connect, type Socket } from 'node:net'
import { type OwnerFault, systemReason } from '../../base/failure.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { FetchLimits } from './fetch-limits.ts'
import { MAX_HEAD_BYTES, type ResponseHead, readResponseHead } from './response-head.ts'

/** Who takes what an owner answers. What it throws ends the exchange, which rejects with it. */
export interface AnswerSink {
  /** False when the answer is of no use and the connection shall be closed. Not called for the old request. */
  onHead(head: ResponseHead): boolean
  /** `chunk` is good only during the call. */
  onBody(chunk: Buffer): 'more' | 'enough'
}

/** One request and its answer. */
export interface Exchange {
  readonly request: Buffer
  /** The old request has no head: whatever comes until the owner ends is the image. */
  readonly protocol: 'http' | 'old'
  readonly limits: FetchLimits
  readonly signal: AbortSignal
  readonly sink: AnswerSink
}

/** How an exchange ended. */
export type ExchangeEnd =
  | { readonly kind: 'whole' }
  /** The sink wanted no more. */
  | { readonly kind: 'enough' }
  | { readonly kind: 'notHttp' }
  | { readonly kind: 'fault'; readonly fault: OwnerFault; readonly detail: string; readonly silent: boolean }

/** Lets reading wait so that a limit is kept. */
export interface Pace {
  take(bytes: number): bigint
  /** When the line is free again by what was taken so far. */
  freeAt(): bigint
  waitMs(moment: bigint): number
}

/** Bytes read at once: what a loopback or a fast network has ready, at a fraction of the system calls of 64 KB. */
const READ_BYTES: number = 128 * 1024

/** Milliseconds after which a reader that waits for the limit looks whether it changed. */
export const PACE_CHECK_MS = 250

interface Running extends Exchange {
  resolve(end: ExchangeEnd): void
  reject(error: unknown): void
  readonly stop: () => void
  head: ResponseHead | undefined
  /** The head's first bytes, while it is incomplete. */
  begun: Buffer
  bodyLeft: number
  received: number
}

/** A TCP connection to an owner, reading into one buffer of its own. One exchange at a time. */
export class OwnerConnection {
  readonly #socket: Socket
  readonly #pace: Pace
  #running: Running | undefined
  #timer: NodeJS.Timeout | undefined
  #connected = false
  #usable = true
  #spanReceived = 0
  #heldBack = false
  #onClose: () => void = () => {}

  constructor(endpoint: Endpoint, pace: Pace) {
    this.#pace = pace
    this.#socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (bytes, buffer) => this.#received(Buffer.from(buffer.buffer, buffer.byteOffset, bytes)),
      },
    })
    this.#socket.once('connect', () => {
      this.#connected = true
      if (this.#running !== undefined) this.#awaitFirstByte(this.#running)
    })
    this.#socket.once('end', () => this.#ended())
    this.#socket.once('error', error => this.#broke(systemReason(error)))
    this.#socket.once('close', () => {
      this.#broke('')
      this.#onClose()
    })
  }

  /** False once no other exchange may begin. */
  get isUsable(): boolean {
    return this.#usable
  }

  set onClose(action: () => void) {
    this.#onClose = action
  }

  /** Rejects with the signal's reason when cancelled, and with what the sink threw; whatever the owner does is a result. */
  ask(exchange: Exchange): Promise<ExchangeEnd> {
    const { promise, resolve, reject } = Promise.withResolvers<ExchangeEnd>()
    const { signal, limits } = exchange
    if (signal.aborted) return Promise.reject(signal.reason)
    const stop = () => this.#fail(signal.reason)
    const running: Running = {
      ...exchange,
      ...{ resolve, reject, stop },
      ...{ head: undefined, begun: Buffer.alloc(0), bodyLeft: 0, received: 0 },
    }
    this.#running = running
    signal.addEventListener('abort', stop, { once: true })
    if (this.#connected) this.#awaitFirstByte(running)
    else this.#arm(limits.connectMs, () => this.#end(fault('unreachable', 'ETIMEDOUT')))
    this.#socket.write(exchange.request)
    return promise
  }

  close(): void {
    this.#usable = false
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /** Answers whether to read on at once. */
  #received(bytes: Buffer): boolean {
    const running = this.#running
    if (running === undefined) {
      this.close()
      return true
    }
    try {
      const isFirst = running.received === 0
      running.received += bytes.length
      if (isFirst) this.#beginSpan(running)
      this.#take(running, bytes)
    } catch (error) {
      this.#fail(error)
      return true
    }
    const moment = this.#pace.take(bytes.length)
    if (this.#running === undefined || this.#pace.waitMs(moment) <= 0) return true
    this.#heldBack = true
    this.#readOnAt(moment)
    return false
  }

  #readOnAt(moment: bigint): void {
    const waitMs = this.#pace.waitMs(moment)
    if (waitMs > 0 && this.#running !== undefined)
      setTimeout(() => this.#readOnAt(moment), Math.min(waitMs, PACE_CHECK_MS))
    else if (!this.#socket.destroyed) this.#socket.resume()
  }

  #take(running: Running, bytes: Buffer): void {
    if (running.protocol === 'old') {
      if (running.sink.onBody(bytes) === 'enough') this.#end({ kind: 'enough' }, false)
      return
    }
    let body = bytes
    if (running.head === undefined) {
      const begun = running.begun.length === 0 ? bytes : Buffer.concat([running.begun, bytes])
      const read = readResponseHead(begun)
      if (read.kind === 'incomplete') {
        running.begun = Buffer.from(begun.subarray(0, MAX_HEAD_BYTES))
        return
      }
      if (read.kind === 'notHttp') {
        this.#end({ kind: 'notHttp' }, false)
        return
      }
      if (read.kind === 'malformed') {
        this.#end(fault('unreadable', ''), false)
        return
      }
      running.head = read.head
      running.bodyLeft = read.head.bodyBytes
      if (!running.sink.onHead(read.head)) {
        // What is small is read to its end, so that the connection may serve again.
        this.#end({ kind: 'enough' }, read.head.bodyBytes === 0 && read.head.keepsAlive)
        return
      }
      body = begun.subarray(read.headBytes)
    }
    const wanted = body.subarray(0, running.bodyLeft)
    running.bodyLeft -= wanted.length
    if (wanted.length > 0 && running.sink.onBody(wanted) === 'enough' && running.bodyLeft > 0) {
      this.#end({ kind: 'enough' }, false)
      return
    }
    if (running.bodyLeft === 0)
      this.#end({ kind: 'whole' }, running.head.keepsAlive && body.length === wanted.length)
  }

  #ended(): void {
    this.#usable = false
    const running = this.#running
    if (running === undefined) this.close()
    else if (running.protocol === 'old') this.#end({ kind: 'whole' }, false)
    else if (running.received === 0) this.#end({ kind: 'notHttp' }, false)
    else this.#end(fault('cut', ''), false)
  }

  #broke(reason: string): void {
    this.#usable = false
    const running = this.#running
    if (running === undefined) return
    if (!this.#connected) this.#end(fault('unreachable', reason), false)
    else if (running.received === 0 && running.protocol === 'http') this.#end({ kind: 'notHttp' }, false)
    else this.#end(fault('cut', reason), false)
  }

  #awaitFirstByte({ limits }: Running): void {
    this.#arm(limits.firstByteMs, () => this.#end(fault('stalled', '', true), false))
  }

  #beginSpan(running: Running): void {
    this.#spanReceived = running.received
    this.#heldBack = false
    this.#arm(running.limits.progressMs, () => {
      const tooFew = running.received - this.#spanReceived < running.limits.progressBytes
      if (tooFew && !this.#heldBack) this.#end(fault('stalled', ''), false)
      else this.#beginSpan(running)
    })
  }

  #arm(afterMs: number, action: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(action, afterMs)
  }

  #end(end: ExchangeEnd, staysOpen = false): void {
    const running = this.#detach(staysOpen)
    running?.resolve(end)
  }

  #fail(error: unknown): void {
    this.#detach(false)?.reject(error)
  }

  #detach(staysOpen: boolean): Running | undefined {
    const running = this.#running
    this.#running = undefined
    clearTimeout(this.#timer)
    running?.signal.removeEventListener('abort', running.stop)
    if (!staysOpen) this.close()
    return running
  }
}

function fault(reason: OwnerFault, detail: string, silent = false): ExchangeEnd {
  return { kind: 'fault', fault: reason, detail, silent }
}
