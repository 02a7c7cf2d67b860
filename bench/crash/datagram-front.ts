import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { parseDigest } from '../../src/protocol/digest.ts'
import { decodeIndexReply, formatRegistered, formatUpdated, Reply } from '../../src/protocol/index-reply.ts'
import { encodeEnd, encodeRegistration, encodeRenewal } from '../../src/protocol/index-request.ts'
import { MAX_DATAGRAM_BYTES } from '../../src/protocol/limits.ts'
import type { Answer, DatagramRequest } from './crash-request.ts'

/** Milliseconds that an answer is waited for: a server that lives gives it at once, and loopback loses next to nothing. */
const PATIENCE_MS = 5000

/** One registration's words over UDP, from an address of its own, one at a time. */
export class DatagramFront {
  readonly #socket: Socket
  readonly #port: number
  readonly #gaveUp = new AbortController()

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
  }

  /** `port` is the one that is registered. */
  static async open(address: string, port: number, serverPort: number): Promise<DatagramFront> {
    const socket = createSocket('udp4')
    // That nobody listens any more comes as an error of the socket.
    socket.on('error', () => undefined)
    socket.bind(0, address)
    await once(socket, 'listening')
    socket.connect(serverPort, '127.0.0.1')
    await once(socket, 'connect')
    return new DatagramFront(socket, port)
  }

  async ask(request: DatagramRequest): Promise<Answer> {
    const signal = AbortSignal.any([this.#gaveUp.signal, AbortSignal.timeout(PATIENCE_MS)])
    const reply = once(this.#socket, 'message', { signal }).then(
      ([bytes]) => readReply(request, String(bytes)),
      () => undefined,
    )
    this.#socket.send(this.#encode(request), () => undefined)
    return reply
  }

  /** Waits for no answer any more. */
  giveUp(): void {
    this.#gaveUp.abort()
  }

  close(): void {
    this.giveUp()
    this.#socket.close()
  }

  #encode(request: DatagramRequest): Buffer {
    const { kind, password } = request
    if (!('entries' in request)) {
      return kind === 'END' ? encodeEnd(password, this.#port) : encodeRenewal(password, this.#port)
    }
    const entries = request.entries.map(({ md5, name }) => {
      const digest = parseDigest(md5)
      if (digest === undefined) throw new Error(`${md5} is no digest`)
      return { digest, name }
    })
    const encoded = encodeRegistration(request.kind, password, this.#port, entries, MAX_DATAGRAM_BYTES)
    if (encoded.sentCount < entries.length) throw new Error('the list is too long for a datagram')
    return encoded.datagram
  }
}

function readReply(request: DatagramRequest, reply: string): Answer {
  if (reply === Reply.otherPassword) return 'refused'
  return isRight(request, reply) ? 'done' : { wrong: reply.slice(0, 100) }
}

function isRight(request: DatagramRequest, reply: string): boolean {
  switch (request.kind) {
    case 'REG':
      return reply === formatRegistered(request.entries.length)
    case 'UPD':
      return reply === formatUpdated(request.entries.length)
    case 'END':
      return reply === Reply.ended
    case 'ALV':
      return isRenewed(reply)
    default:
      return request satisfies never
  }
}

function isRenewed(reply: string): boolean {
  const decoded = decodeIndexReply(Buffer.from(reply))
  return decoded?.kind === 'ok' && decoded.alive !== undefined
}
