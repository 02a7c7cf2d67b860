import { type Catalog, Outcome } from '../catalog/catalog.ts'
import { formatAlive, formatRegistered, formatUpdated, Reply } from '../protocol/index-reply.ts'
import { decodeIndexRequest, type IndexRequest, Word } from '../protocol/index-request.ts'
import { formatAddress, isIPv4Mapped } from '../protocol/ip-address.ts'
import type { DatagramHandler } from '../transport/datagram-server.ts'

/** What happened to one request, for whoever wants to log or count it. */
export type RequestResult =
  | 'done'
  | 'malformed'
  | 'refusedPassword'
  | 'tooManyRegistrations'
  | 'tooManyImages'

/** Told of every request but the ones that only read. Called while a batch is answered: it must be quick. */
export interface RequestObserver {
  /** Asked first, so that nothing is formatted for a line nobody reads. */
  wants(word: Word | undefined, result: RequestResult): boolean
  /** `address` is the sender's; `port` the TCP port it named (0 where it named none); `count` its entries. */
  observe(word: Word | undefined, result: RequestResult, address: string, port: number, count: number): void
}

const MALFORMED = Buffer.from(Reply.malformed)
const OTHER_PASSWORD = Buffer.from(Reply.otherPassword)
const TOO_MANY_REGISTRATIONS = Buffer.from(Reply.tooManyRegistrations)
const TOO_MANY_IMAGES = Buffer.from(Reply.tooManyImages)
const ENDED = Buffer.from(Reply.ended)
const NOTHING_LISTED = Buffer.from(Reply.nothingListed)

/** The index server's answers to the four words: datagram to catalog to reply, with no socket of its own. */
export class IndexService implements DatagramHandler {
  readonly #catalog: Catalog
  readonly #observer: RequestObserver

  readonly #nowMs: () => number

  constructor(catalog: Catalog, observer: RequestObserver, nowMs: () => number) {
    this.#catalog = catalog
    this.#nowMs = nowMs
    this.#observer = observer
  }

  answer(
    bytes: Buffer,
    start: number,
    end: number,
    source: Buffer,
    sourceOffset: number,
    reply: Buffer,
    replyStart: number,
  ): number {
    const request = decodeIndexRequest(bytes, start, end)
    if (request === undefined) {
      this.#note(undefined, 'malformed', source, sourceOffset)
      return copy(MALFORMED, reply, replyStart)
    }
    if (request.word === Word.list) {
      const listing = this.#catalog.listings.bytes(isIPv4Mapped(source, sourceOffset) ? 'ipv4' : 'ipv6')
      return copy(listing.length === 0 ? NOTHING_LISTED : listing, reply, replyStart)
    }
    const outcome = this.#catalog.apply(request, source, sourceOffset, Math.floor(this.#nowMs() / 1000))
    this.#note(request, outcome === Outcome.unchanged ? Outcome.done : outcome, source, sourceOffset)
    switch (outcome) {
      case Outcome.done:
      case Outcome.unchanged:
        return writeDone(request, reply, replyStart)
      case Outcome.refusedPassword:
        return copy(OTHER_PASSWORD, reply, replyStart)
      case Outcome.tooManyRegistrations:
        return copy(TOO_MANY_REGISTRATIONS, reply, replyStart)
      case Outcome.tooManyImages:
        return copy(TOO_MANY_IMAGES, reply, replyStart)
      default:
        return outcome satisfies never
    }
  }

  commit(): void {
    // The catalog lives in memory: what was applied is as durable as it gets.
  }

  #note(
    request: IndexRequest | undefined,
    result: RequestResult,
    source: Buffer,
    sourceOffset: number,
  ): void {
    if (!this.#observer.wants(request?.word, result)) return
    const { port = 0, entryCount = 0 } = request ?? {}
    this.#observer.observe(request?.word, result, formatAddress(source, sourceOffset), port, entryCount)
  }
}

function writeDone(request: IndexRequest, reply: Buffer, replyStart: number): number {
  if (request.word === Word.end) return copy(ENDED, reply, replyStart)
  if (request.word === Word.renew) {
    return reply.write(formatAlive({ leaseSeconds: 120, isUnreachable: false }), replyStart, 'latin1')
  }
  const { word, entryCount } = request
  return reply.write(
    word === Word.register ? formatRegistered(entryCount) : formatUpdated(entryCount),
    replyStart,
    'latin1',
  )
}

function copy(from: Uint8Array, into: Buffer, at: number): number {
  into.set(from, at)
  return from.length
}
