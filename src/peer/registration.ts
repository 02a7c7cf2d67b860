import { monotonicMs } from '../base/clock.ts'
import { type Failure, type FailureCode, isFailure } from '../base/failure.ts'
import type { RegistrationResult, Renewal } from './index-client.ts'
import type { SharedImage } from './library/image-file.ts'
import { Reachability, type ReachabilityNews } from './reachability.ts'
import { RegisteredList } from './registered-list.ts'
import { firstRenewalDelayMs, rejoinDelayMs, renewalDelayMs, retryDelayMs } from './renewal-timing.ts'
import type { ServerConnection } from './server-connection.ts'

/** What a registration is kept equal to. */
export interface RegistrationSource {
  /** The images shared now, each once; none is fine, and means that nothing is to be listed. */
  entries(): readonly SharedImage[]
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
  /** The server can connect to `port`, which is the share server's, or cannot; only what changed is told. */
  onReachability(news: ReachabilityNews, port: number): void
  onTrouble(failure: Failure): void
}

/** Whom to tell what, and how often. */
export interface RegistrationOptions {
  readonly connection: ServerConnection
  readonly source: RegistrationSource
  readonly observer: RegistrationObserver
  /** Milliseconds between two renewals where the server names no lease, and at most. */
  readonly renewMs: number
  /** A number from 0 to less than 1, another one each time. */
  readonly chance?: () => number
}

/**
 * One peer's registration at one index server: what the person wants (to be listed or not), what the server was told
 * last, and one exchange at a time that brings the second to the first. A server that gives leases gets ALV, any other
 * the whole list now and then; one that forgot us is told anew.
 */
export class Registration {
  readonly #connection: ServerConnection
  readonly #source: RegistrationSource
  readonly #observer: RegistrationObserver
  readonly #renewMs: number
  readonly #chance: () => number
  readonly #list: RegisteredList
  readonly #reachability = new Reachability()
  readonly #stopping = new AbortController()
  /** Whether the person asked to be listed and has not taken it back. */
  #isWanted = false
  /** Whether the server may list us although it never answered. */
  #mayBeListed = false
  /** Whether what is shared may differ from what the server was told last. */
  #isDirty = false
  #leaseMs: number | undefined
  /** When the server has to hear of us again, on the monotonic clock. */
  #renewAtMs = 0
  /** The trouble that was told, until it is over. */
  #troubleTold: FailureCode | undefined
  #exchange: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor({ connection, source, observer, renewMs, chance = Math.random }: RegistrationOptions) {
    this.#connection = connection
    this.#source = source
    this.#observer = observer
    this.#renewMs = renewMs
    this.#chance = chance
    const credentials = () => ({ password: source.password, port: source.port() })
    this.#list = new RegisteredList(connection, credentials, ({ leaseSeconds, reachable }) =>
      this.#onStanding(leaseSeconds, reachable),
    )
  }

  /** Registers what is shared now, and keeps it so from then on. */
  async register(signal: AbortSignal): Promise<RegistrationState> {
    this.#isWanted = true
    try {
      return await this.#enqueue(() => this.#tell(signal))
    } catch (error) {
      this.#isWanted = this.#list.isListed
      // Silence may have swallowed the answer rather than the question.
      const isSilence = isFailure(error, 'serverSilent') && !error.details.refused
      if (isSilence || isFailure(error, 'catalogUnavailable')) this.#mayBeListed = true
      throw error
    }
  }

  /** Tells the server what is shared now. */
  async update(signal: AbortSignal): Promise<RegistrationState> {
    if (!this.#isWanted) return { kind: 'notRegistered' }
    return this.#enqueue(() => this.#tell(signal))
  }

  /** Takes the registration back. */
  async end(signal: AbortSignal): Promise<RegistrationState> {
    // Also once more when nobody answered the last time: the server may list us still.
    if (!this.#isWanted && !this.#list.isListed && !this.#mayBeListed) return { kind: 'notRegistered' }
    this.#isWanted = false
    clearTimeout(this.#timer)
    return this.#enqueue(() => this.#end(signal))
  }

  /** Says that what is shared changed: the server is told soon, once for all that changes until then. */
  markChanged(): void {
    if (!this.#isWanted || this.#isDirty || this.#stopping.signal.aborted) return
    this.#isDirty = true
    this.#wake()
  }

  /** Ends the registration where there is one (within `signal`'s time) and starts nothing more. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    const wasListed = this.#list.isListed || this.#isWanted || this.#mayBeListed
    this.#isWanted = false
    await this.#exchange
    if (wasListed) await this.#end(signal)
  }

  #enqueue<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#exchange.then(action)
    this.#exchange = result.then(
      () => this.#sleep(Math.max(0, this.#renewAtMs - monotonicMs())),
      () => this.#sleep(retryDelayMs(this.#leaseMs, this.#renewMs, this.#chance())),
    )
    return result
  }

  #sleep(delayMs: number): void {
    clearTimeout(this.#timer)
    if (!this.#isWanted || this.#stopping.signal.aborted) return
    this.#timer = setTimeout(() => this.#wake(), delayMs)
    this.#timer.unref()
  }

  #wake(): void {
    const { signal } = this.#stopping
    this.#enqueue(() => this.#keepUp(signal)).then(
      () => {
        this.#troubleTold = undefined
      },
      (failure: Failure) => {
        if (signal.aborted || failure.code === this.#troubleTold) return
        this.#troubleTold = failure.code
        this.#observer.onTrouble(failure)
      },
    )
  }

  /** What is to be done now and then: tell what changed, or that we are still here. */
  async #keepUp(signal: AbortSignal): Promise<void> {
    if (!this.#isWanted || signal.aborted) return
    const { isCut, isIncomplete } = this.#list
    const images = this.#isDirty || isIncomplete ? this.#source.entries() : []
    if (this.#isDirty && !isIncomplete) this.#isDirty = images.length === 0 || this.#list.take(images)
    if (this.#isDirty || isIncomplete) {
      const isNews = this.#isDirty
      const state = await this.#tell(signal, images)
      if (isNews || (isCut && !this.#list.isCut)) this.#observer.onRenewed(state)
    } else if (monotonicMs() >= this.#renewAtMs) {
      await this.#renewLease(signal)
    }
    await this.#tellDetails(signal)
  }

  async #tell(
    callerSignal: AbortSignal,
    images: readonly SharedImage[] = this.#source.entries(),
  ): Promise<RegistrationState> {
    const signal = AbortSignal.any([callerSignal, this.#stopping.signal])
    this.#isDirty = false
    try {
      if (images.length === 0) {
        if (this.#list.isListed) await this.#list.end(signal)
        this.#renewAtMs = monotonicMs() + this.#renewMs
        return { kind: 'nothingToShare' }
      }
      const result = await this.#list.bringTo(images, signal)
      this.#heard()
      return { kind: 'registered', ...result }
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  async #renewLease(signal: AbortSignal): Promise<void> {
    const { renewal, catalogApi, datagrams } = this.#connection
    if (!renewal.isWorthTrying(monotonicMs())) {
      if (catalogApi.isThere) await this.#renewThroughCatalog(signal)
      // A server that gives no leases knows us again after a restart by the whole list.
      else await this.#tell(signal)
      return
    }
    let answer: Renewal
    try {
      answer = await datagrams.renew(this.#source.password, this.#source.port(), signal)
    } catch (error) {
      if (!isFailure(error, 'serverSilent')) throw error
      return this.#renewWithoutAnswer(error, signal)
    }
    switch (answer.kind) {
      case 'alive':
        this.#connection.foundRenewal()
        this.#onStanding(answer.leaseSeconds, answer.isUnreachable ? false : undefined)
        break
      case 'oldServer':
        this.#givesNoLeases()
        break
      case 'notRegistered':
        this.#forgotten()
        break
      default:
        answer satisfies never
    }
  }

  /** Nobody answered an ALV: the network carries TCP only, the server is gone, or it says nothing to words it does not know. */
  async #renewWithoutAnswer(silence: Failure, signal: AbortSignal): Promise<void> {
    const { renewal, catalogApi } = this.#connection
    if (catalogApi.isThere) {
      renewal.missed(monotonicMs())
      return this.#renewThroughCatalog(signal).catch(error => {
        throw isFailure(error, 'catalogUnavailable') ? silence : error
      })
    }
    if (renewal.wasThere) throw silence
    await this.#tell(signal)
    if (!catalogApi.isThere) this.#givesNoLeases()
  }

  async #renewThroughCatalog(signal: AbortSignal): Promise<void> {
    try {
      const credentials = { password: this.#source.password, port: this.#source.port() }
      const { leaseSeconds, reachable } = await this.#connection.catalog.renew(credentials, signal)
      this.#onStanding(leaseSeconds, reachable)
    } catch (error) {
      if (!isFailure(error, 'registeredWithOtherPassword')) throw error
      this.#forgotten()
    }
  }

  async #tellDetails(signal: AbortSignal): Promise<void> {
    try {
      await this.#list.tellDetails(signal)
    } catch (error) {
      if (isFailure(error, 'registeredWithOtherPassword')) this.#forgotten()
      // They can wait: the images are listed.
      else if (!isFailure(error, 'catalogUnavailable')) throw error
    }
  }

  async #end(signal: AbortSignal): Promise<RegistrationState> {
    const wasKnown = await this.#list.end(signal)
    this.#mayBeListed = false
    return { kind: 'ended', wasKnown }
  }

  #givesNoLeases(): void {
    this.#connection.missedRenewal()
    this.#leaseMs = undefined
    this.#heard()
  }

  /** The server does not know us. With us, maybe hundreds of others find that out: each comes back in its own moment. */
  #forgotten(): void {
    this.#connection.serverForgotUs()
    this.#list.forget()
    this.#renewAtMs = monotonicMs() + rejoinDelayMs(this.#leaseMs, this.#chance())
  }

  #onStanding(leaseSeconds: number, reachable: boolean | undefined): void {
    this.#leaseMs = leaseSeconds * 1000
    this.#heard()
    const news = this.#reachability.observe(reachable)
    if (news !== undefined) this.#observer.onReachability(news, this.#source.port())
  }

  /** The server heard of us just now. */
  #heard(): void {
    const chance = this.#chance()
    const delayMs = this.#connection.renewal.isKnown
      ? renewalDelayMs(this.#leaseMs, this.#renewMs, chance)
      : Math.min(this.#renewMs, firstRenewalDelayMs(chance))
    this.#renewAtMs = monotonicMs() + delayMs
  }
}
