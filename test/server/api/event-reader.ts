import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import type { TestContext } from 'node:test'

/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** Reads server-sent events as a browser does, apart from coming back by itself. */
export class EventReader {
  readonly response: IncomingMessage
  readonly #request: ClientRequest
  readonly #events: ServerSentEvent[] = []
  /** Comments that came: signs of life. */
  comments = 0
  /** Milliseconds after which to come back, as the server wishes. */
  retryMs: number | undefined
  #text = ''
  #onNews = () => {}

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#read(text))
    response.on('error', () => {})
    response.on('close', () => this.#onNews())
  }

  #read(text: string): void {
    const blocks = (this.#text + text).split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map<string, string>()
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':')
        fields.set(line.slice(0, colon), line.slice(colon + 1))
      }
      if (fields.has('')) this.comments += 1
      const retry = fields.get('retry')
      if (retry !== undefined) this.retryMs = Number(retry)
      const data = fields.get('data')
      if (data === undefined) continue
      this.#events.push({
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? '',
        data: JSON.parse(data),
      })
    }
    this.#onNews()
  }

  /** The next so many events. */
  async take(count: number): Promise<ServerSentEvent[]> {
    while (this.#events.length < count) {
      if (this.response.destroyed || this.response.complete) throw new Error('the stream ended')
      await new Promise<void>(resolve => {
        this.#onNews = resolve
      })
    }
    return this.#events.splice(0, count)
  }

  close(): void {
    this.#request.destroy()
  }
}

/** Asks for the changes; what is answered that is no stream of events is in `response`. */
export async function watchChanges(
  t: TestContext,
  port: number,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const request = httpRequest({
    port,
    path: `/v1/changes${query}`,
    agent: false,
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip, br', ...headers },
  })
  request.on('error', () => {})
  request.end()
  t.after(() => request.destroy())
  const [response] = await once(request, 'response')
  return new EventReader(request, response)
}
