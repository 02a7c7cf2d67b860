import { once } from 'node:events'
import { type IncomingMessage, request as openRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Digest, parseDigest } from '../protocol/digest.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'
import type { ServerLocator } from './server-locator.ts'

/** What an index server tells of its catalog. */
export type CatalogChange =
  /** It came, or its owners or details changed. */
  | { readonly kind: 'image'; readonly digest: Digest }
  /** Its last owner left. */
  | { readonly kind: 'gone'; readonly digest: Digest }
  /** Changes were missed, or may have been. */
  | { readonly kind: 'reset' }

/** Characters of one event, at most: an image with 32 owners takes a third of it. A longer one is a stranger's noise. */
const MAX_EVENT_CHARACTERS = 64 * 1024

/** Milliseconds between two tries to reach the server again: at first, and at most. */
const RETRY_MS = { first: 1000, most: 30_000 } as const

/** Milliseconds without a byte after which a connection counts as dead; a server gives a sign of life twice a minute. */
const SILENCE_MS = 90_000

/**
 * Tells `onChange` of the changes of a catalog until `signal` aborts, by `GET /v1/changes`. Where the connection ends it is
 * made anew, and `reset` is told where something may have been missed. A server without the stream is asked again now and
 * then.
 */
export async function watchCatalogChanges(
  locator: ServerLocator,
  onChange: (change: CatalogChange) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastId = ''
  let waitMs: number = RETRY_MS.first
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      const events = await openEvents(locator, lastId, signal)
      if (tries > 0 && lastId === '') onChange({ kind: 'reset' })
      waitMs = RETRY_MS.first
      for await (const { id, event, data } of readEvents(events)) {
        if (id !== '') lastId = id
        const change = changeOf(event, data)
        if (change !== undefined) onChange(change)
      }
    } catch {
      // Not there now: see below.
    }
    await delay(waitMs, undefined, { signal }).catch(() => {})
    waitMs = Math.min(2 * waitMs, RETRY_MS.most)
  }
}

async function openEvents(
  locator: ServerLocator,
  lastId: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { address, port } = await locator.locate(signal)
  const exchange = openRequest({
    ...{ host: address, port, path: '/v1/changes', signal, timeout: SILENCE_MS },
    headers: {
      host: formatEndpoint({ address: address.replace(/%.*$/, ''), port }),
      accept: 'text/event-stream',
      ...(lastId === '' ? {} : { 'last-event-id': lastId }),
    },
  })
  exchange.on('error', () => {})
  exchange.on('timeout', () => exchange.destroy(new Error('silent')))
  exchange.end()
  const [answer] = (await once(exchange, 'response', { signal })) as [IncomingMessage]
  const isStream = (answer.headers['content-type'] ?? '').startsWith('text/event-stream')
  if (answer.statusCode === 200 && isStream) return answer
  exchange.destroy()
  throw new Error(`HTTP ${answer.statusCode}`)
}

interface ServerSentEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** The events of a stream (WHATWG HTML, section 9.2), as far as an index server makes use of them. */
async function* readEvents(stream: IncomingMessage): AsyncGenerator<ServerSentEvent, void> {
  stream.setEncoding('utf8')
  let rest = ''
  for await (const text of stream as AsyncIterable<string>) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    if (rest.length > MAX_EVENT_CHARACTERS) throw new Error('an event is too long')
    for (const block of blocks) {
      const fields = new Map<string, string>()
      for (const line of block.split('\n')) {
        const [, name = '', value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? []
        fields.set(name, value)
      }
      yield {
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? '',
        data: fields.get('data') ?? '',
      }
    }
  }
}

function changeOf(event: string, data: string): CatalogChange | undefined {
  if (event === 'reset') return { kind: 'reset' }
  if (event !== 'image' && event !== 'gone') return undefined
  try {
    const { md5 } = JSON.parse(data) as { md5?: unknown }
    const digest = typeof md5 === 'string' ? parseDigest(md5) : undefined
    return digest === undefined ? undefined : { kind: event, digest }
  } catch {
    return undefined
  }
}
