import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Image, ImageEntry } from '../../src/protocol/catalog-api.ts'

/** What a server that a test starts is like. */
export interface CatalogServerTraits {
  /** Seconds; 0 for a server that does not know ALV. */
  leaseSeconds?: number
  /** Words that it leaves without an answer, all of them where that is `all`. */
  ignores?: readonly string[] | 'all'
  /** Whether there is anything on the TCP port. */
  hasApi?: boolean
  /** Bytes of each datagram that it reads. */
  bufferBytes?: number
  /** Whether it could connect to its peers. */
  reachable?: boolean | undefined
  /** The port of both fronts; 0 for any. */
  port?: number
}

interface Registration {
  readonly password: string
  images: Map<string, ImageEntry>
}

/**
 * An index server of both fronts over real sockets, as small as it can be and still be one: the words of the datagrams
 * and the operations of the catalog API on one map. What it was asked stands in `asked`.
 */
export class CatalogServer {
  readonly traits: Required<CatalogServerTraits>
  /** Datagrams up to their list, and `METHOD path?query` of requests, as they came. */
  readonly asked: string[] = []
  /** Told of what it was asked before it answers. */
  onAsked: (what: string) => void = () => {}
  /** By `address:port`. */
  readonly registrations = new Map<string, Registration>()
  #datagrams: Socket | undefined
  #http: Server | undefined

  constructor(traits: CatalogServerTraits = {}) {
    this.traits = {
      ...{ leaseSeconds: 120, ignores: [], hasApi: true, bufferBytes: 65_535, reachable: undefined, port: 0 },
      ...traits,
    }
  }

  get port(): number {
    return this.traits.port
  }

  /** Opens both fronts on one port number. */
  async start(): Promise<void> {
    for (;;) {
      const datagrams = createSocket('udp4')
      datagrams.on('message', (bytes, from) => this.#onDatagram(datagrams, bytes, from))
      datagrams.bind(this.traits.port, '127.0.0.1')
      await once(datagrams, 'listening')
      const { port } = datagrams.address()
      if (this.traits.hasApi && !(await this.openApi(port))) {
        datagrams.close()
        continue
      }
      this.#datagrams = datagrams
      this.traits.port = port
      return
    }
  }

  /** Opens the TCP front; false where its port is taken. */
  async openApi(port: number = this.port): Promise<boolean> {
    const http = createServer((request, response) => {
      this.#onRequest(request, response).catch(error => response.destroy(error))
    })
    http.listen(port, '127.0.0.1')
    try {
      await once(http, 'listening')
    } catch {
      return false
    }
    this.#http = http
    return true
  }

  async closeApi(): Promise<void> {
    const http = this.#http
    this.#http = undefined
    if (http === undefined) return
    http.close()
    http.closeAllConnections()
    await once(http, 'close')
  }

  async stop(): Promise<void> {
    const datagrams = this.#datagrams
    this.#datagrams = undefined
    await this.closeApi()
    if (datagrams === undefined) return
    datagrams.close()
    await once(datagrams, 'close')
  }

  /** Forgets what it was asked so far, and gives it. */
  takeAsked(): string[] {
    return this.asked.splice(0)
  }

  /** Every image, the one registered first in front. */
  images(): Image[] {
    const images = new Map<string, Image>()
    for (const [owner, { images: owned }] of this.registrations) {
      for (const entry of owned.values()) {
        const { owners = [] } = images.get(entry.md5) ?? {}
        images.set(entry.md5, {
          ...(images.get(entry.md5) ?? entry),
          owners: [...owners, owner],
          ownerCount: owners.length + 1,
        })
      }
    }
    return [...images.values()]
  }

  #note(what: string): void {
    this.asked.push(what)
    this.onAsked(what)
  }

  #onDatagram(socket: Socket, bytes: Buffer, from: RemoteInfo): void {
    const message = bytes.subarray(0, this.traits.bufferBytes).toString('utf8')
    const [word = '', password = '', port = '', ...rest] = message.split(' ')
    this.#note([word, password, port].join(' ').trim())
    const { ignores } = this.traits
    if (ignores === 'all' || ignores.includes(word)) return
    socket.send(
      this.#answer(word, password, `${from.address}:${port}`, rest.join(' ')),
      from.port,
      from.address,
    )
  }

  #answer(word: string, password: string, owner: string, list: string): string {
    const { leaseSeconds, reachable } = this.traits
    const known = this.registrations.get(owner)
    if (word === 'LST') {
      const entries = this.images().map(({ md5, name, owners }) => [md5, name, ...owners].join(','))
      return entries.length === 0 ? 'ERR NO_IMAGES_AVAILABLE' : entries.join(';').slice(0, 4096)
    }
    if (!['REG', 'UPD', 'END', ...(leaseSeconds > 0 ? ['ALV'] : [])].includes(word)) {
      return 'ERR INVALID_MESSAGE_FORMAT'
    }
    if (known === undefined ? word !== 'REG' : known.password !== password) {
      return 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD'
    }
    if (word === 'ALV') return `OK ALIVE ${leaseSeconds}${reachable === false ? ' UNREACHABLE' : ''}`
    if (word === 'END') {
      this.registrations.delete(owner)
      return 'OK CLIENT_FINISHED'
    }
    const entries = list.split(';').map(entry => ({ md5: entry.slice(0, 32), name: entry.slice(33) }))
    if (entries.some(({ md5, name }) => !/^[0-9a-f]{32}$/.test(md5) || name === '')) {
      return 'ERR INVALID_MESSAGE_FORMAT'
    }
    const before = known?.images ?? new Map<string, ImageEntry>()
    const images = new Map(entries.map(entry => [entry.md5, before.get(entry.md5) ?? entry]))
    this.registrations.set(owner, { password, images })
    return `OK ${entries.length}_REGISTERED_${word === 'REG' ? 'IMAGES' : 'FILES'}`
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    this.#note(`${method} ${url}`)
    const { pathname, searchParams } = new URL(url, 'http://server')
    const [, , collection, id = '', part = ''] = pathname.split('/')
    if (collection === 'registrations') return this.#onRegistration(request, response, Number(id), part)
    if (collection === 'counts') {
      const images = this.images()
      const holdings = images.reduce((sum, { ownerCount }) => sum + ownerCount, 0)
      return send(response, 200, { images: images.length, registrations: this.registrations.size, holdings })
    }
    if (collection !== 'images') return problem(response, 404, 'noSuchPath')
    if (id === '') return send(response, 200, this.#page(searchParams))
    const image = this.images().find(({ md5 }) => md5 === id)
    return image === undefined ? problem(response, 404, 'noSuchImage') : send(response, 200, image)
  }

  #page(query: URLSearchParams): { images: Image[]; next?: string } {
    const words = (query.get('search') ?? '').toLowerCase().split(' ')
    const formats = query.get('format')?.split(',')
    const found = this.images()
      .reverse()
      .filter(({ name, format = '', bytes = 0 }) => {
        const matches = words.every(word => name.toLowerCase().includes(word))
        const isFormat = formats === undefined || formats.includes(format)
        return matches && isFormat && bytes >= Number(query.get('minBytes') ?? 0)
      })
    if (query.get('sort') === 'name') found.sort((one, other) => (one.name < other.name ? -1 : 1))
    const limit = Number(query.get('limit') ?? 100)
    const from = found.findIndex(({ md5 }) => md5 === query.get('cursor')) + 1
    const images = found.slice(from, from + limit)
    const last = images.at(-1)
    return from + limit < found.length && last !== undefined ? { images, next: last.md5 } : { images }
  }

  async #onRegistration(
    request: IncomingMessage,
    response: ServerResponse,
    port: number,
    part: string,
  ): Promise<void> {
    const owner = `${request.socket.remoteAddress}:${port}`
    const password = decodeURIComponent((request.headers.authorization ?? '').slice('Bearer '.length))
    const { method } = request
    const known = this.registrations.get(owner)
    const mayRegister = method === 'PUT' && part === 'images'
    if (known === undefined ? !mayRegister : known.password !== password) {
      request.resume()
      return problem(response, 403, 'refusedPassword')
    }
    if (method === 'DELETE') {
      this.registrations.delete(owner)
      response.writeHead(204).end()
      return
    }
    const registration = known ?? { password, images: new Map<string, ImageEntry>() }
    const images = new Map(method === 'PUT' && part === 'images' ? [] : registration.images)
    for await (const line of createInterface({ input: request })) {
      const entry = JSON.parse(line) as ImageEntry
      if (part === 'removals') images.delete(entry.md5)
      else images.set(entry.md5, entry)
    }
    registration.images = images
    this.registrations.set(owner, registration)
    const { leaseSeconds, reachable } = this.traits
    send(response, 200, {
      images: images.size,
      leaseSeconds: leaseSeconds || 120,
      ...(reachable === undefined ? {} : { reachable }),
    })
  }
}

/** Starts one for a test, which stops it. */
export async function startCatalogServer(
  t: TestContext,
  traits?: CatalogServerTraits,
): Promise<CatalogServer> {
  const server = new CatalogServer(traits)
  await server.start()
  t.after(() => server.stop())
  return server
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(value))
}

function problem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: `urn:imagep2p:problem:${code}`, title: code, status }))
}
