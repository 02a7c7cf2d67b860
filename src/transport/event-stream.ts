import { once } from 'node:events'
import { type IncomingMessage, request as openRequest } from 'node:http'
import { type Endpoint, formatEndpoint } from '../protocol/endpoint.ts'
import { EventDecoder, type ServerSentEvent } from './event-decoder.ts'

/** How long a stream of events is waited for, and what it may hold. */
export interface EventStreamLimits {
  /** Milliseconds until the answer begins. */
  readonly openMs: number
  /** Milliseconds without a byte, signs of life among them. */
  readonly silenceMs: number
  /** Characters of one event. */
  readonly maxCharacters: number
}

/** What came of asking for a stream. */
export type EventStream =
  | { readonly kind: 'open'; readonly events: AsyncGenerator<ServerSentEvent, void> }
  /** Nothing, or something else, answered; `detail` says what. */
  | { readonly kind: 'refused'; readonly detail: string }

/**
 * Asks for a stream of server-sent events, on a connection of its own. The events end with the stream, whichever side ends
 * it, when it is silent for too long, and when `signal` aborts; whoever leaves them early ends the stream.
 */
export async function openEventStream(
  server: Endpoint,
  target: string,
  limits: EventStreamLimits,
  signal: AbortSignal,
): Promise<EventStream> {
  const host = formatEndpoint({ ...server, address: server.address.replace(/%.*$/, '') })
  const request = openRequest({
    ...{ agent: false, host: server.address, port: server.port, path: target, signal },
    headers: { host, accept: 'text/event-stream' },
  })
  request.on('error', () => {})
  const timer = setTimeout(() => request.destroy(new Error('ETIMEDOUT')), limits.openMs)
  request.end()
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    const mediaType = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
    if (answer.statusCode !== 200 || mediaType !== 'text/event-stream') {
      request.destroy()
      return { kind: 'refused', detail: `HTTP ${answer.statusCode}` }
    }
    answer.on('error', () => {})
    request.setTimeout(limits.silenceMs, () => request.destroy())
    return { kind: 'open', events: eventsOf(answer, limits.maxCharacters) }
  } catch (error) {
    return { kind: 'refused', detail: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function* eventsOf(
  answer: IncomingMessage,
  maxCharacters: number,
): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new EventDecoder(maxCharacters)
  answer.setEncoding('utf8')
  try {
    for await (const text of answer as AsyncIterable<string>) {
      const events = decoder.push(text)
      if (events === undefined) return
      yield* events
    }
  } catch {
    // Cut by either side: the events are over.
  } finally {
    answer.destroy()
  }
}
