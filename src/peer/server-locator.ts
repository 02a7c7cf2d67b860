import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { isIP } from 'node:net'
import { Failure, systemReason } from '../base/failure.ts'
import { type Endpoint, formatEndpoint } from '../protocol/endpoint.ts'

/** An index server as a person names it. */
export interface ServerAddress {
  /** An IP address or a host name. */
  readonly host: string
  /** Over UDP and TCP both. */
  readonly port: number
}

/**
 * Where an index server is. Both its fronts are looked for at one and the same address, so that the server sees us under
 * one address on both: a registration belongs to it.
 */
export class ServerLocator {
  readonly #address: ServerAddress
  #found: Endpoint | undefined

  constructor(address: ServerAddress) {
    this.#address = address
  }

  /** The server, as shown to a person. */
  get server(): string {
    const { host, port } = this.#address
    return isIP(host) === 0 ? `${host}:${port}` : formatEndpoint({ address: host, port })
  }

  /** The server's address: the one found last until {@link forget}. Rejects with `serverNotFound` or `cancelled`. */
  async locate(signal: AbortSignal): Promise<Endpoint> {
    if (signal.aborted) throw new Failure('cancelled', {}, { cause: signal.reason })
    this.#found ??= await this.#lookUp(signal)
    return this.#found
  }

  /** Looks anew at the next time: nobody answered at the address, and the name may lead elsewhere now. */
  forget(): void {
    this.#found = undefined
  }

  async #lookUp(signal: AbortSignal): Promise<Endpoint> {
    const { host, port } = this.#address
    if (isIP(host) !== 0) return { address: host, port }
    const over = new AbortController()
    const cancelled = once(signal, 'abort', { signal: over.signal })
    cancelled.catch(() => {})
    try {
      // IPv4 first, so that old clients can reach the address we are seen by. A lookup itself cannot be cancelled.
      const found = await Promise.race([lookup(host, { order: 'ipv4first' }), cancelled])
      if ('address' in found) return { address: found.address, port }
    } catch (error) {
      throw new Failure('serverNotFound', { host, reason: systemReason(error) }, { cause: error })
    } finally {
      over.abort()
    }
    throw new Failure('cancelled', {}, { cause: signal.reason })
  }
}
