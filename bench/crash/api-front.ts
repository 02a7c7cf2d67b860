import { Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { NDJSON } from '../../src/protocol/catalog-api.ts'
import type { Answer, ApiRequest } from './crash-request.ts'

/** Characters of a list that are sent at a time, with a turn of the event loop between: the end may come in the middle. */
const PIECE_CHARACTERS = 16_384

const ROUTES = {
  put: ['PUT', '/images'],
  post: ['POST', '/images'],
  removals: ['POST', '/removals'],
  lease: ['PUT', '/lease'],
  delete: ['DELETE', ''],
} as const satisfies Record<ApiRequest['kind'], readonly [string, string]>

/** What is asked about the registrations of one address over HTTP. */
export class ApiFront {
  readonly #agent: Agent
  readonly #address: string
  readonly #serverPort: number

  constructor(address: string, serverPort: number) {
    this.#agent = new Agent({ keepAlive: true })
    this.#address = address
    this.#serverPort = serverPort
  }

  /** `port` is the one that is registered. A connection that broke is no answer. */
  async ask(request: ApiRequest, port: number): Promise<Answer> {
    const [method, path] = ROUTES[request.kind]
    const body = bodyOf(request)
    const outgoing = requestHttp({
      agent: this.#agent,
      host: '127.0.0.1',
      port: this.#serverPort,
      localAddress: this.#address,
      method,
      path: `/v1/registrations/${port}${path}`,
      headers: {
        authorization: `Bearer ${encodeURIComponent(request.password)}`,
        ...(body !== undefined && { 'content-type': NDJSON }),
      },
    })
    // Its status is the acknowledgement, whether the rest of it arrives or not.
    const status = new Promise<number | undefined>(resolve => {
      outgoing.once('response', (response: IncomingMessage) => {
        response.on('error', () => undefined).resume()
        resolve(response.statusCode)
      })
      outgoing.on('error', () => resolve(undefined))
      outgoing.once('close', () => resolve(undefined))
    })
    for (let at = 0; at < (body?.length ?? 0) && !outgoing.destroyed; at += PIECE_CHARACTERS) {
      outgoing.write(body?.slice(at, at + PIECE_CHARACTERS), () => undefined)
      await turn()
    }
    outgoing.end()
    return answerOf(request, await status)
  }

  /** Cuts what is open. */
  close(): void {
    this.#agent.destroy()
  }
}

function bodyOf(request: ApiRequest): string | undefined {
  switch (request.kind) {
    case 'put':
    case 'post':
      return request.entries.map(entry => `${JSON.stringify(entry)}\n`).join('')
    case 'removals':
      return request.digests.map(md5 => `${JSON.stringify({ md5 })}\n`).join('')
    default:
      return undefined
  }
}

function answerOf({ kind }: ApiRequest, status: number | undefined): Answer {
  if (status === undefined) return undefined
  if (status === 403) return 'refused'
  return status === (kind === 'delete' ? 204 : 200) ? 'done' : { wrong: `HTTP status ${status}` }
}
