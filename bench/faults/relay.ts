import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What a relay does to one connection; positions count the bytes that went to whoever downloads. */
export interface RelayFault {
  /** Cut at this position: by a clean end, or by a reset. */
  readonly cutAt?: number
  readonly byReset?: boolean
  /** Pass on nothing from this position on, until {@link Relay.release}. */
  readonly holdAt?: number
  /** Turn a bit of the byte at each of these positions. */
  readonly flipAt?: readonly number[]
  /** End it at once when it asks by HTTP, as an owner does that knows only the old request. */
  readonly isOld?: boolean
}

/** Stands between an owner and whoever downloads, counts what passes, and is the fault in the line. */
export class Relay {
  readonly port: number
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #held = new Set<() => void>()
  readonly #behave: (connection: number) => RelayFault
  #connections = 0
  #passed = 0
  #faults = 0
  #isReleased = false
  /** Told whenever bytes went to whoever downloads. */
  onPassed: () => void = () => {}

  private constructor(server: Server, port: number, behave: (connection: number) => RelayFault) {
    this.#server = server
    this.port = port
    this.#behave = behave
  }

  /**
   * Listens on 127.0.0.1 and connects on to `target` for each connection. Connections count from 0, and only those that
   * asked for something.
   */
  static async start(
    target: { readonly port: number },
    behave: (connection: number) => RelayFault = () => ({}),
  ): Promise<Relay> {
    const server = createServer({ noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    const relay = new Relay(server, bound === null || typeof bound === 'string' ? 0 : bound.port, behave)
    server.on('connection', socket => relay.#take(socket, target))
    return relay
  }

  /** Bytes that went to whoever downloads. */
  get passed(): number {
    return this.#passed
  }

  /** Connections that asked for something. */
  get connections(): number {
    return this.#connections
  }

  /** Cuts, bytes that were changed, and connections that were held. */
  get faults(): number {
    return this.#faults
  }

  /** Lets go what is held, and holds nothing more. */
  release(): void {
    this.#isReleased = true
    for (const go of this.#held) go()
    this.#held.clear()
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #take(client: Socket, target: { readonly port: number }): void {
    this.#guard(client)
    client.once('data', (request: Buffer) => {
      const fault = this.#behave(this.#connections)
      this.#connections += 1
      if (fault.isOld === true && request.includes('HTTP/1.')) return void client.end()
      const owner = this.#guard(connect({ host: '127.0.0.1', port: target.port, noDelay: true }))
      owner.write(request)
      client.pipe(owner)
      owner.once('close', () => client.destroySoon())
      client.once('close', () => owner.destroy())
      this.#pass(owner, client, fault)
    })
  }

  #pass(owner: Socket, client: Socket, fault: RelayFault): void {
    const { cutAt = Number.POSITIVE_INFINITY, flipAt = [] } = fault
    const holdAt = fault.holdAt ?? Number.POSITIVE_INFINITY
    let position = 0
    const send = (bytes: Buffer): void => {
      for (const at of flipAt) {
        const within = at - position
        if (within < 0 || within >= bytes.length) continue
        bytes[within] = (bytes[within] ?? 0) ^ 1
        this.#faults += 1
      }
      const part = bytes.subarray(0, Math.max(0, cutAt - position))
      position += part.length
      this.#passed += part.length
      const cuts = position >= cutAt
      if (cuts) this.#faults += 1
      const more = client.write(part, () => {
        if (cuts) this.#cut(owner, client, fault.byReset === true)
      })
      if (cuts) owner.pause()
      else if (!more) {
        owner.pause()
        client.once('drain', () => owner.resume())
      }
      this.onPassed()
    }
    owner.on('data', (bytes: Buffer) => {
      const free = Math.max(0, holdAt - position)
      if (this.#isReleased || bytes.length <= free) return send(bytes)
      if (free > 0) send(bytes.subarray(0, free))
      owner.pause()
      this.#faults += 1
      this.#held.add(() => {
        send(bytes.subarray(free))
        if (!client.writableNeedDrain) owner.resume()
      })
    })
  }

  #cut(owner: Socket, client: Socket, byReset: boolean): void {
    owner.destroy()
    if (byReset) client.resetAndDestroy()
    else client.destroySoon()
  }

  #guard(socket: Socket): Socket {
    this.#open.add(socket)
    return socket.on('error', () => {}).once('close', () => this.#open.delete(socket))
  }
}
