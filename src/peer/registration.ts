import { type Failure, isFailure } from '../base/failure.ts'
import type { ImageEntry } from '../protocol/index-request.ts'
import type { IndexClient, RegistrationResult } from './index-client.ts'

/** What a registration is kept equal to. */
export interface RegistrationSource {
  /** The images shared now; none is fine, and means that nothing is to be listed. */
  entries(): readonly ImageEntry[]
  /** TCP port of the share server. */
  port(): number
  readonly password: string
}

/** What came of bringing the server up to date. */
export type RegistrationState =
  | ({ readonly kind: 'registered' } & RegistrationResult)
  /** The folder holds no image, so there is nothing the wire could register. */
  | { readonly kind: 'nothingToShare' }
  /** Nobody asked to be listed, so there was nothing to tell. */
  | { readonly kind: 'notRegistered' }
  | { readonly kind: 'ended' /** Whether the server still knew us. */; readonly wasKnown: boolean }

/** What the registration tells of what it does by itself. */
export interface RegistrationObserver {
  /** The server was told of a change; a renewal without one is not worth a word. */
  onRenewed(state: RegistrationState): void
  onTrouble(failure: Failure): void
}

/** Milliseconds after which a server that stayed silent is told again. */
const AFTER_FAILURE_MS = 15_000

/**
 * One peer's registration at one index server: what the person wants (to be listed or not), what the server was told
 * last, and one exchange at a time that brings the second to the first.
 */
export class Registration {
  readonly #client: IndexClient
  readonly #source: RegistrationSource
  readonly #observer: RegistrationObserver
  readonly #renewMs: number
  readonly #stopping = new AbortController()
  /** Whether the person asked to be listed and has not taken it back. */
  #isWanted = false
  #isListed = false
  /** Whether the server may list us although it never answered. */
  #mayBeListed = false
  /** Whether what is shared changed since the server was told last. */
  #isDirty = false
  /** Whether the last change did not get through, so that telling it later is news. */
  #isUntold = false
  #exchange: Promise<unknown> = Promise.resolve()
  #renewal: NodeJS.Timeout | undefined

  constructor(
    client: IndexClient,
    source: RegistrationSource,
    observer: RegistrationObserver,
    renewMs: number,
  ) {
    this.#client = client
    this.#source = source
    this.#observer = observer
    this.#renewMs = renewMs
  }

  /** Registers what is shared now, and keeps it so from then on. */
  async register(signal: AbortSignal): Promise<RegistrationState> {
    this.#isWanted = true
    try {
      return await this.#enqueue(() => this.#tell('REG', signal))
    } catch (error) {
      this.#isWanted = this.#isListed
      // Silence may have swallowed the answer rather than the question.
      if (isFailure(error, 'serverSilent') && !error.details.refused) this.#mayBeListed = true
      throw error
    }
  }

  /** Tells the server what is shared now. */
  async update(signal: AbortSignal): Promise<RegistrationState> {
    if (!this.#isWanted) return { kind: 'notRegistered' }
    return this.#enqueue(() => this.#tell('UPD', signal))
  }

  /** Takes the registration back. */
  async end(signal: AbortSignal): Promise<RegistrationState> {
    // Also once more when nobody answered the last time: the server may list us still.
    if (!this.#isWanted && !this.#isListed && !this.#mayBeListed) return { kind: 'notRegistered' }
    this.#isWanted = false
    clearTimeout(this.#renewal)
    return this.#enqueue(() => this.#end(signal))
  }

  /** Says that what is shared changed: the server is told soon, once for all that changes until then. */
  markChanged(): void {
    if (!this.#isWanted || this.#isDirty || this.#stopping.signal.aborted) return
    this.#isDirty = true
    this.#renew()
  }

  /** Ends the registration where there is one (within `signal`'s time) and starts nothing more. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#renewal)
    const wasListed = this.#isListed || this.#isWanted || this.#mayBeListed
    this.#isWanted = false
    await this.#exchange
    if (wasListed) await this.#end(signal)
  }

  #renew(): void {
    const { signal } = this.#stopping
    const renewal = this.#enqueue(async () => {
      if (!this.#isWanted || signal.aborted) return
      const isNews = this.#isDirty || this.#isUntold
      this.#isUntold = isNews
      const state = await this.#tell('UPD', signal)
      this.#isUntold = false
      if (isNews) this.#observer.onRenewed(state)
    })
    renewal.catch((failure: Failure) => {
      if (!signal.aborted) this.#observer.onTrouble(failure)
    })
  }

  #enqueue<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#exchange.then(action)
    this.#exchange = result.then(
      () => this.#scheduleRenewal(this.#renewMs),
      () => this.#scheduleRenewal(Math.min(this.#renewMs, AFTER_FAILURE_MS)),
    )
    return result
  }

  #scheduleRenewal(afterMs: number): void {
    clearTimeout(this.#renewal)
    if (!this.#isWanted || this.#stopping.signal.aborted) return
    this.#renewal = setTimeout(() => this.#renew(), afterMs)
    this.#renewal.unref()
  }

  async #tell(word: 'REG' | 'UPD', callerSignal: AbortSignal): Promise<RegistrationState> {
    const signal = AbortSignal.any([callerSignal, this.#stopping.signal])
    this.#isDirty = false
    const entries = this.#source.entries()
    const port = this.#source.port()
    const { password } = this.#source
    if (entries.length === 0) {
      if (this.#isListed) await this.#end(signal)
      return { kind: 'nothingToShare' }
    }
    const result =
      word === 'UPD' && this.#isListed
        ? await this.#updateOrRegister(password, port, entries, signal)
        : await this.#client.register(password, port, entries, signal)
    this.#isListed = true
    return { kind: 'registered', ...result }
  }

  /** A server that forgot us (it was restarted) refuses the update, and takes the registration. */
  async #updateOrRegister(
    password: string,
    port: number,
    entries: readonly ImageEntry[],
    signal: AbortSignal,
  ): Promise<RegistrationResult> {
    try {
      return await this.#client.update(password, port, entries, signal)
    } catch (error) {
      if (!isFailure(error, 'registeredWithOtherPassword')) throw error
      this.#isListed = false
      return await this.#client.register(password, port, entries, signal)
    }
  }

  async #end(signal: AbortSignal): Promise<RegistrationState> {
    const wasKnown = await this.#client.end(this.#source.password, this.#source.port(), signal)
    this.#isListed = false
    this.#mayBeListed = false
    return { kind: 'ended', wasKnown }
  }
}
