import { Failure, systemReason } from '../base/failure.ts'
import { type Alive, decodeIndexReply, type IndexReply, Reply } from '../protocol/index-reply.ts'
import {
  encodeEnd,
  encodeList,
  encodeRegistration,
  encodeRenewal,
  type ImageEntry,
  Word,
} from '../protocol/index-request.ts'
import { FIELD_BUFFER_BYTES, MAX_DATAGRAM_BYTES } from '../protocol/limits.ts'
import { decodeListing, type ListedImage } from '../protocol/listing.ts'
import { type Exchange, exchangeDatagrams, type RetryPlan } from '../transport/datagram-exchange.ts'
import type { ServerLocator } from './server-locator.ts'

/** Who talks to the index server, and on whose behalf it may wait. */
export interface IndexClientOptions {
  readonly locator: ServerLocator
  readonly plan: RetryPlan
  /** Called before a datagram is repeated, with the number of tries so far. */
  readonly onRetry: (attempts: number) => void
}

/** What came of a REG or UPD. */
export interface RegistrationResult {
  /** Images the server lists for us now. */
  readonly registered: number
  /** Images that did not fit into one datagram to this server. */
  readonly leftOut: number
}

/** What came of an ALV. */
export type Renewal =
  | ({ readonly kind: 'alive' } & Alive)
  /** The server does not know us, or knows somebody else by our address and port. */
  | { readonly kind: 'notRegistered' }
  /** The server does not know the word. */
  | { readonly kind: 'oldServer' }

/** What came of a LST. */
export interface ListResult {
  readonly images: readonly ListedImage[]
  /** Entries of the answer that could not be read. */
  readonly unreadable: number
  /** True when the answer is so long that the server may have had more to say than fits. */
  readonly mayBeCut: boolean
}

/**
 * Bytes: an answer that comes this close to the field's buffer may have been cut at a whole entry. An entry is seldom
 * longer: 33 bytes of digest, a name of up to 255, an owner of some 20.
 */
const CUT_MARGIN_BYTES = 310

/** One peer's side of the four words, and of the fifth. Every call rejects with a {@link Failure}, `cancelled` when the signal says so. */
export class IndexClient {
  readonly #options: IndexClientOptions
  /** Bytes of the longest list this server took: the field's buffer once it was seen to cut a longer one. */
  #listBytes = MAX_DATAGRAM_BYTES

  constructor(options: IndexClientOptions) {
    this.#options = options
  }

  /** The server, as shown to a person. */
  get server(): string {
    return this.#options.locator.server
  }

  /** Registers `entries` (at least one) under (our address, `port`). */
  register(
    password: string,
    port: number,
    entries: readonly ImageEntry[],
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    return this.#sendList(Word.register, password, port, entries, signal)
  }

  /**
   * Replaces the registered list by `entries` (at least one). Rejects with `registeredWithOtherPassword` also when the
   * server does not know us (any more): the wire has one word for both.
   */
  update(
    password: string,
    port: number,
    entries: readonly ImageEntry[],
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    return this.#sendList(Word.update, password, port, entries, signal)
  }

  /**
   * Ends the registration, and says whether the server still knew it. That it does not is no failure: the answer to an
   * END whose first answer was lost looks the same.
   */
  async end(password: string, port: number, signal: AbortSignal): Promise<boolean> {
    const reply = await this.#ask(encodeEnd(password, port), signal, ({ kind }) => kind !== 'listing')
    if (reply.kind === 'ok') return true
    if (reply.kind === 'error' && isUnknownOrOtherPassword(reply.reason)) return false
    throw this.#refusal(reply)
  }

  /** Renews the registration's lease. */
  async renew(password: string, port: number, signal: AbortSignal): Promise<Renewal> {
    const reply = await this.#ask(encodeRenewal(password, port), signal, ({ kind }) => kind !== 'listing')
    if (reply.kind === 'ok' && reply.alive !== undefined) return { kind: 'alive', ...reply.alive }
    if (reply.kind === 'error' && isUnknownOrOtherPassword(reply.reason)) return { kind: 'notRegistered' }
    return { kind: 'oldServer' }
  }

  /** True when a REG or UPD of `entries` fits into one datagram that, as far as we know, the server takes. */
  takesWhole(password: string, port: number, entries: readonly ImageEntry[]): boolean {
    const { sentCount } = encodeRegistration(Word.register, password, port, entries, this.#listBytes)
    return sentCount === entries.length
  }

  /** Lists the images of the network, as far as the server's one datagram carries them. */
  async list(signal: AbortSignal): Promise<ListResult> {
    const reply = await this.#ask(encodeList(), signal, ({ kind }) => kind !== 'ok')
    if (reply.kind === 'error' && reply.reason === nothingListedReason) {
      return { images: [], unreadable: 0, mayBeCut: false }
    }
    if (reply.kind !== 'listing') throw this.#refusal(reply)
    const { images, unreadable } = decodeListing(reply.text)
    if (images.length === 0) throw new Failure('serverUnreadable', { server: this.server })
    const mayBeCut = Buffer.byteLength(reply.text) > FIELD_BUFFER_BYTES - CUT_MARGIN_BYTES
    return { images, unreadable, mayBeCut }
  }

  async #sendList(
    word: typeof Word.register | typeof Word.update,
    password: string,
    port: number,
    entries: readonly ImageEntry[],
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    for (;;) {
      const { datagram, sentCount } = encodeRegistration(word, password, port, entries, this.#listBytes)
      const answer = await this.#exchange(datagram, signal, ({ kind }) => kind !== 'listing')
      if (answer.kind === 'reply') {
        const { reply } = answer
        const whole = reply.kind === 'ok' && (reply.count === undefined || reply.count === sentCount)
        if (whole) return { registered: sentCount, leftOut: entries.length - sentCount }
        if (reply.kind === 'error' && isUnknownOrOtherPassword(reply.reason)) {
          throw new Failure('registeredWithOtherPassword', { server: this.server, port })
        }
        if (datagram.length <= FIELD_BUFFER_BYTES) throw this.#refusal(reply)
      } else if (datagram.length <= FIELD_BUFFER_BYTES) {
        throw answer.failure
      }
      // A server with the field's buffer cuts a longer datagram in the middle and finds it malformed, or counts less; and
      // some systems and networks carry none that long.
      this.#listBytes = FIELD_BUFFER_BYTES
    }
  }

  async #ask(
    datagram: Buffer,
    signal: AbortSignal,
    isAnswer: (reply: IndexReply) => boolean,
  ): Promise<IndexReply> {
    const answer = await this.#exchange(datagram, signal, isAnswer)
    if (answer.kind === 'reply') return answer.reply
    throw answer.failure
  }

  /** A reply, or the failure to get one; rejects only when nothing else than this datagram would fare better. */
  async #exchange(
    datagram: Buffer,
    signal: AbortSignal,
    isAnswer: (reply: IndexReply) => boolean,
  ): Promise<Answer> {
    const { plan, onRetry } = this.#options
    const { server } = this
    let reply: IndexReply | undefined
    const accept = (bytes: Buffer) => {
      const decoded = decodeIndexReply(bytes)
      if (decoded !== undefined && isAnswer(decoded)) reply = decoded
      return reply !== undefined
    }
    // Half the tries for a list that is also tried shorter.
    const attempts = datagram.length > FIELD_BUFFER_BYTES ? Math.ceil(plan.attempts / 2) : plan.attempts
    const endpoint = await this.#options.locator.locate(signal)
    let exchange: Exchange
    try {
      exchange = await exchangeDatagrams(endpoint, datagram, accept, {
        plan: { ...plan, attempts },
        onRetry,
        signal,
      })
    } catch (error) {
      if (signal.aborted) throw new Failure('cancelled', {}, { cause: error })
      throw new Failure('serverNotFound', { host: server, reason: systemReason(error) }, { cause: error })
    }
    if (reply !== undefined) return { kind: 'reply', reply }
    if (exchange.kind !== 'silence')
      return { kind: 'none', failure: new Failure('serverUnreadable', { server }) }
    this.#options.locator.forget()
    const { elapsedMs, refused } = exchange
    const details = { server, attempts: exchange.attempts, seconds: elapsedMs / 1000, refused }
    return { kind: 'none', failure: new Failure('serverSilent', details) }
  }

  #refusal(reply: IndexReply): Failure {
    if (reply.kind === 'error')
      return new Failure('serverRefused', { server: this.server, reason: reply.reason })
    return new Failure('serverUnreadable', { server: this.server })
  }
}

type Answer =
  | { readonly kind: 'reply'; readonly reply: IndexReply }
  | { readonly kind: 'none'; readonly failure: Failure }

const nothingListedReason = Reply.nothingListed.slice('ERR '.length)
const otherPasswordReason = Reply.otherPassword.slice('ERR '.length)

function isUnknownOrOtherPassword(reason: string): boolean {
  return reason === otherPasswordReason
}
