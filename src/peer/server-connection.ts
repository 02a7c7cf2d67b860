import { monotonicMs } from '../base/clock.ts'
import { Failure, isFailure } from '../base/failure.ts'
import type { RetryPlan } from '../transport/datagram-exchange.ts'
import type { HttpLimits } from '../transport/http-client.ts'
import { CatalogClient } from './catalog-client.ts'
import { IndexClient } from './index-client.ts'
import { ServerAbility } from './server-ability.ts'
import { type ServerAddress, ServerLocator } from './server-locator.ts'

/** What an index server was found to lack, and by what. */
export type ServerLimit =
  /** It does not know ALV, so it is one that speaks the four words only. */
  | { readonly kind: 'oldServer' }
  /** No catalog API answers over TCP. */
  | { readonly kind: 'noCatalog'; readonly reason: string }

/** Whom to talk to, and on whose behalf to wait. */
export interface ServerConnectionOptions {
  readonly server: ServerAddress
  readonly plan: RetryPlan
  readonly limits: HttpLimits
  /** Called before a datagram is repeated, with the number of tries so far. */
  readonly onRetry: (attempts: number) => void
  /** Called when the server turns out to lack something; once, until it has it. */
  readonly onLimit: (limit: ServerLimit) => void
}

/**
 * One peer's connection to one index server: both its fronts, and what was found out about them. A server with neither ALV
 * nor catalog API is talked to in the four words, and asked again after a while.
 */
export class ServerConnection {
  readonly datagrams: IndexClient
  readonly catalog: CatalogClient
  /** Whether it renews leases (ALV). */
  readonly renewal = new ServerAbility()
  /** Whether it has the catalog API. */
  readonly catalogApi = new ServerAbility()
  readonly #onLimit: (limit: ServerLimit) => void
  #isLimitTold = false
  /** Why the catalog API did not answer the last time. */
  #reason = ''

  constructor({ server, plan, limits, onRetry, onLimit }: ServerConnectionOptions) {
    const locator = new ServerLocator(server)
    this.datagrams = new IndexClient({ locator, plan, onRetry })
    this.catalog = new CatalogClient({ locator, limits })
    this.#onLimit = onLimit
  }

  /** The server, as shown to a person. */
  get server(): string {
    return this.datagrams.server
  }

  /**
   * Asks the catalog API where that is worth it; `undefined` where there is none, and the four words are what is left. A
   * problem that the API answers with is its answer, and is thrown; so is `catalogUnavailable` where there was one before:
   * it will be back.
   */
  async tryCatalog<Result>(ask: (catalog: CatalogClient) => Promise<Result>): Promise<Result | undefined> {
    if (!this.catalogApi.isWorthTrying(monotonicMs())) return this.#withoutCatalog()
    try {
      const result = await ask(this.catalog)
      this.catalogApi.found()
      this.#isLimitTold = false
      return result
    } catch (error) {
      // A stranger's service may stand on the port and answer JSON of its own.
      const isOther = isFailure(error, 'serverUnreadable') && !this.catalogApi.wasThere
      if (!isFailure(error, 'catalogUnavailable') && !isOther) {
        if (error instanceof Failure && isAnswer(error)) this.catalogApi.found()
        throw error
      }
      this.#reason = isFailure(error, 'catalogUnavailable') ? error.details.reason : 'JSON'
      // A server that has it, or knows ALV and so ought to, may be restarting or have too much to do at this moment.
      const isExpected = this.catalogApi.wasThere || this.renewal.isThere
      this.catalogApi.missed(monotonicMs(), isExpected)
      const isSure = !isExpected || this.catalogApi.missesInARow > 1
      if (isSure) this.#tellLimit({ kind: 'noCatalog', reason: this.#reason })
      return this.#withoutCatalog()
    }
  }

  /** The server renewed a lease. */
  foundRenewal(): void {
    this.renewal.found()
  }

  /** The server does not know ALV, so it has no catalog API either. */
  missedRenewal(): void {
    const nowMs = monotonicMs()
    this.renewal.missed(nowMs)
    this.catalogApi.missed(nowMs)
    this.#tellLimit({ kind: 'oldServer' })
  }

  /** The server forgot us, so it was restarted: maybe as another version. */
  serverForgotUs(): void {
    this.renewal.forget()
    this.catalogApi.forget()
  }

  /** Cuts what is under way over TCP. */
  close(): void {
    this.catalog.close()
  }

  #withoutCatalog(): undefined {
    const { server } = this
    if (this.catalogApi.wasThere) throw new Failure('catalogUnavailable', { server, reason: this.#reason })
    return undefined
  }

  #tellLimit(limit: ServerLimit): void {
    if (this.#isLimitTold) return
    this.#isLimitTold = true
    this.#onLimit(limit)
  }
}

/** True for what only a catalog API says. */
function isAnswer({ code }: Failure): boolean {
  return code === 'serverRefused' || code === 'registeredWithOtherPassword'
}

/** For a rejection of {@link ServerConnection.tryCatalog} where the four words will do meanwhile. */
export function unlessUnavailable(error: unknown): undefined {
  if (!isFailure(error, 'catalogUnavailable')) throw error
}
