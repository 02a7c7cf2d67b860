import { Outcome } from '../catalog/catalog.ts'
import { formatAlive, formatRegistered, formatUpdated, Reply } from '../protocol/index-reply.ts'
import { decodeIndexRequest, type IndexRequest, Word } from '../protocol/index-request.ts'
import { formatAddress, isIPv4Mapped } from '../protocol/ip-address.ts'
import type { DatagramHandler } from '../transport/datagram-server.ts'
import type { Viewpoint } from './index-state.ts'
import type { ReplyBudget } from './reply-budget.ts'
import type { CatalogState } from './state/catalog-state.ts'
import { RequestKind, type RequestMetrics, RequestOutcome, requestKind } from './status/request-metrics.ts'

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

/** What the service works with. */
export interface IndexServiceParts {
  readonly state: CatalogState
  readonly observer: RequestObserver
  readonly metrics: RequestMetrics
  readonly budget: ReplyBudget
  /** Where the asker stands whose 16 bytes of address begin at `offset` of `source`. */
  readonly viewpointOf: (source: Uint8Array, offset: number) => Viewpoint
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
}

const MALFORMED = Buffer.from(Reply.malformed)
const OTHER_PASSWORD = Buffer.from(Reply.otherPassword)
const TOO_MANY_REGISTRATIONS = Buffer.from(Reply.tooManyRegistrations)
const TOO_MANY_IMAGES = Buffer.from(Reply.tooManyImages)
const ENDED = Buffer.from(Reply.ended)
const NOTHING_LISTED = Buffer.from(Reply.nothingListed)

/** The index server's answers to the words of the wire: datagram to state to reply, with no socket of its own. */
export class IndexService implements DatagramHandler {
  readonly #parts: IndexServiceParts
  readonly #state: CatalogState
  /** The time of the batch that is being answered; -1 between two of them. */
  #batchMs = -1

  constructor(parts: IndexServiceParts) {
    this.#parts = parts
    this.#state = parts.state
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
    if (this.#batchMs === -1) this.#batchMs = this.#parts.nowMs()
    const length = this.#answer(bytes, start, end, source, sourceOffset, reply, replyStart)
    // What is no longer than what was received makes no flood greater.
    if (length <= end - start) return length
    return this.#parts.budget.allows(source, sourceOffset, length, this.#batchMs) ? length : -1
  }

  commit(): void {
    this.#batchMs = -1
    this.#state.commit()
  }

  #answer(
    bytes: Buffer,
    start: number,
    end: number,
    source: Buffer,
    sourceOffset: number,
    reply: Buffer,
    replyStart: number,
  ): number {
    const { metrics, viewpointOf } = this.#parts
    const begun = metrics.begin()
    const request = decodeIndexRequest(bytes, start, end)
    if (request === undefined) {
      this.#note(undefined, 'malformed', source, sourceOffset)
      metrics.count(RequestKind.unknown, RequestOutcome.malformed, begun)
      return copy(MALFORMED, reply, replyStart)
    }
    if (request.word === Word.list) {
      const asker = isIPv4Mapped(source, sourceOffset) ? 'ipv4' : 'ipv6'
      const listing = this.#state.listing(asker, viewpointOf(source, sourceOffset))
      const length = copy(listing.length === 0 ? NOTHING_LISTED : listing, reply, replyStart)
      metrics.count(RequestKind.list, RequestOutcome.done, begun)
      return length
    }
    const outcome = this.#state.apply(request, source, sourceOffset, Math.floor(this.#batchMs / 1000))
    this.#note(request, outcome === Outcome.unchanged ? Outcome.done : outcome, source, sourceOffset)
    const kind = requestKind(request.word)
    switch (outcome) {
      case Outcome.done:
      case Outcome.unchanged:
        return this.#writeDone(request, kind, begun, reply, replyStart)
      case Outcome.refusedPassword:
        metrics.count(kind, RequestOutcome.refusedPassword, begun)
        return copy(OTHER_PASSWORD, reply, replyStart)
      case Outcome.tooManyRegistrations:
        metrics.count(kind, RequestOutcome.tooManyRegistrations, begun)
        return copy(TOO_MANY_REGISTRATIONS, reply, replyStart)
      case Outcome.tooManyImages:
        metrics.count(kind, RequestOutcome.tooManyImages, begun)
        return copy(TOO_MANY_IMAGES, reply, replyStart)
      default:
        return outcome satisfies never
    }
  }

  #writeDone(
    { word, entryCount }: IndexRequest,
    kind: RequestKind,
    begun: number,
    reply: Buffer,
    replyStart: number,
  ): number {
    const isUnreachable = word === Word.renew && this.#state.isLastUnreachable
    this.#parts.metrics.count(kind, isUnreachable ? RequestOutcome.unreachable : RequestOutcome.done, begun)
    if (word === Word.end) return copy(ENDED, reply, replyStart)
    const text =
      word === Word.renew
        ? formatAlive({ leaseSeconds: this.#state.leaseSeconds, isUnreachable })
        : word === Word.register
          ? formatRegistered(entryCount)
          : formatUpdated(entryCount)
    return reply.write(text, replyStart, 'latin1')
  }

  #note(
    request: IndexRequest | undefined,
    result: RequestResult,
    source: Buffer,
    sourceOffset: number,
  ): void {
    const { observer } = this.#parts
    if (!observer.wants(request?.word, result)) return
    const { port = 0, entryCount = 0 } = request ?? {}
    observer.observe(request?.word, result, formatAddress(source, sourceOffset), port, entryCount)
  }
}

function copy(from: Uint8Array, into: Buffer, at: number): number {
  into.set(from, at)
  return from.length
}
