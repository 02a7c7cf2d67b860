import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Endpoint } from '../../src/protocol/endpoint.ts'

/** Milliseconds after which a reply is taken for lost: long enough for any machine, so that only a fault meets it. */
const PATIENCE = 20_000

/** A client of one server: what it sends, and the replies in the order they came. */
export class DatagramClient implements AsyncDisposable {
  readonly endpoint: Endpoint
  readonly #socket: Socket
  readonly #server: Endpoint
  readonly #replies: Buffer[] = []
  #wanted: ((reply: Buffer) => void) | undefined

  private constructor(socket: Socket, server: Endpoint) {
    this.#socket = socket
    this.#server = server
    this.endpoint = socket.address()
    socket.on('message', reply => {
      const wanted = this.#wanted
      this.#wanted = undefined
      if (wanted === undefined) this.#replies.push(reply)
      else wanted(reply)
    })
  }

  /** A client at `address` (any port), which must be of the server's family. */
  static async open(server: Endpoint, address: string, receiveBuffer?: number): Promise<DatagramClient> {
    const socket = createSocket({
      type: isIPv6(address) ? 'udp6' : 'udp4',
      ...(receiveBuffer === undefined ? {} : { recvBufferSize: receiveBuffer }),
    })
    const listening = once(socket, 'listening')
    socket.bind(0, address)
    await listening
    return new DatagramClient(socket, server)
  }

  /** Resolves when the datagram was handed to the system. */
  send(datagram: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(datagram, this.#server.port, this.#server.address, fault => {
        if (fault === null) resolve()
        else reject(fault)
      })
    })
  }

  /** The next reply, only one of which may be waited for at a time; rejects when there comes none. */
  reply(): Promise<Buffer> {
    const reply = this.#replies.shift()
    if (reply !== undefined) return Promise.resolve(reply)
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error('no reply')), PATIENCE)
      this.#wanted = reply => {
        clearTimeout(patience)
        resolve(reply)
      }
    })
  }

  async ask(datagram: Uint8Array | string): Promise<Buffer> {
    await this.send(datagram)
    return this.reply()
  }

  close(): Promise<void> {
    return new Promise(resolve => this.#socket.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
