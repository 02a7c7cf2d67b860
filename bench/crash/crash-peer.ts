import { createRandom, type Random } from '../../src/demo/random.ts'
import { formatEndpoint } from '../../src/protocol/endpoint.ts'
import type { ApiFront } from './api-front.ts'
import { chooseRequest } from './choose-request.ts'
import { type Answer, type CrashRequest, isDatagramRequest, type RequestKind } from './crash-request.ts'
import type { DatagramFront } from './datagram-front.ts'
import { effectOf, type RegistrationState } from './registration-state.ts'

/** What one peer talks to in one round. */
export interface Fronts {
  readonly datagrams: DatagramFront
  readonly api: ApiFront
}

/** Told of each answer, and of an answer that is none. */
export interface LoadObserver {
  onAnswer(kind: RequestKind, answer: Answer): void
  /** What the server must not have said. */
  onWrong(sentence: string): void
}

/**
 * Who keeps one registration changing through both fronts, one request after another, and knows how it has to stand: what
 * was acknowledged, and the one request at most that nobody answered.
 */
export class CrashPeer {
  readonly address: string
  readonly port: number
  readonly #random: Random
  #state: RegistrationState
  #unanswered: CrashRequest | undefined

  constructor(address: string, port: number, seed: number) {
    this.address = address
    this.port = port
    this.#random = createRandom(seed)
  }

  /** As it is listed. */
  get owner(): string {
    return formatEndpoint(this)
  }

  /** How the registration stands by what was acknowledged. */
  get state(): RegistrationState {
    return this.#state
  }

  /** What was sent and not answered. */
  get unanswered(): CrashRequest | undefined {
    return this.#unanswered
  }

  /** Passwords that the registration may stand under. */
  get passwords(): readonly string[] {
    const all = [this.#state?.password, this.#unanswered?.password]
    return [...new Set(all.filter(password => password !== undefined))]
  }

  /** Goes on from what is there. */
  adopt(state: RegistrationState): void {
    this.#state = state
    this.#unanswered = undefined
  }

  /** Asks one thing after another until `isOver` or until there is no answer. */
  async load(fronts: Fronts, observer: LoadObserver, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const request = chooseRequest(`${this.address}-${this.port}`, this.#state, this.#random)
      const { isRefused, after } = effectOf(this.#state, request)
      this.#unanswered = request
      const answer = isDatagramRequest(request)
        ? await fronts.datagrams.ask(request)
        : await fronts.api.ask(request, this.port)
      observer.onAnswer(request.kind, answer)
      if (answer === undefined) {
        if (!isOver()) observer.onWrong(`${this.owner}: no answer to ${request.kind} while the server ran`)
        return
      }
      if (answer !== (isRefused ? 'refused' : 'done')) {
        const said = typeof answer === 'string' ? answer : answer.wrong
        observer.onWrong(
          `${this.owner}: “${said}” to ${request.kind}, which was to be ${isRefused ? 'refused' : 'done'}`,
        )
        return
      }
      this.#unanswered = undefined
      this.#state = after
    }
  }
}
