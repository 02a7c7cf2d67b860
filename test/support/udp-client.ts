import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

/** A bare UDP client, as somebody else would write it: one datagram out, one in, and out again when none comes. */
export class UdpClient {
  readonly #open: () => Promise<Socket>
  #socket: Socket

  private constructor(socket: Socket, open: () => Promise<Socket>) {
    this.#socket = socket
    this.#open = open
  }

  /** `address` is the source address, any of 127.0.0.0/8 on Linux. */
  static async open(test: TestContext, serverPort: number, address = '127.0.0.1'): Promise<UdpClient> {
    const open = async () => {
      const socket = createSocket('udp4')
      socket.on('error', () => {})
      socket.bind(0, address)
      await once(socket, 'listening')
      socket.connect(serverPort, '127.0.0.1')
      await once(socket, 'connect')
      test.after(() => socket.close())
      return socket
    }
    return new UdpClient(await open(), open)
  }

  /** Sends without waiting for an answer. */
  send(message: string | Uint8Array): void {
    this.#socket.send(message)
  }

  /**
   * The answer to `message`; asks again when none comes, as loopback may drop what its buffers cannot hold. From another
   * port then: an answer that was only late is not to be taken for one to what is asked next.
   */
  async ask(message: string | Uint8Array): Promise<string> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      this.#socket.send(message, () => {})
      const reply = await this.#next(attempt < 4 ? 500 : 2000)
      if (reply !== undefined) return String(reply)
      this.#socket = await this.#open()
    }
    throw new Error('no answer')
  }

  #next(withinMs: number): Promise<Buffer | undefined> {
    return new Promise(resolve => {
      const settle = (reply: Buffer | undefined) => {
        clearTimeout(timer)
        this.#socket.off('message', settle)
        resolve(reply)
      }
      const timer = setTimeout(settle, withinMs, undefined)
      this.#socket.on('message', settle)
    })
  }
}
