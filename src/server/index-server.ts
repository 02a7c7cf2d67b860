import { monotonicMs } from '../base/clock.ts'
import { Failure, systemReason } from '../base/failure.ts'
import { Catalog } from '../catalog/catalog.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import { type DatagramPath, FastPathUnavailableError } from '../transport/datagram-server.ts'
import { type ListeningDatagramServer, listenDatagrams } from '../transport/datagrams.ts'
import { listenFailure } from '../transport/listen-error.ts'
import type { ServerConfig } from './config.ts'
import { IndexService, type RequestObserver } from './index-service.ts'

/** What an index server tells besides its answers. */
export interface ServerObserver extends RequestObserver {
  /** A datagram or its reply could not be handled; the server goes on. */
  onFault(reason: string): void
}

/** An index server: who has which image. It never sees an image. */
export class IndexServer {
  readonly #datagrams: ListeningDatagramServer

  private constructor(datagrams: ListeningDatagramServer) {
    this.#datagrams = datagrams
  }

  /** Starts answering. Rejects with `portTaken` and the other listen failures, and then leaves nothing behind. */
  static async start(config: ServerConfig, observer: ServerObserver): Promise<IndexServer> {
    const { host, port, path, limits } = config
    const handler = new IndexService(new Catalog(limits), observer, monotonicMs)
    const onFault = (fault: Error) => observer.onFault(systemReason(fault))
    try {
      return new IndexServer(await listenDatagrams({ host, port, path, handler, onFault }))
    } catch (error) {
      if (error instanceof FastPathUnavailableError) {
        throw new Failure('fastPathUnavailable', { reason: error.message }, { cause: error })
      }
      throw listenFailure(error, host, port)
    }
  }

  get endpoint(): Endpoint {
    return this.#datagrams.endpoint
  }

  /** How datagrams travel, and why not the fast way where `auto` did not take it. */
  get datagramPath(): { readonly path: DatagramPath; readonly fallbackReason: string | undefined } {
    return { path: this.#datagrams.path, fallbackReason: this.#datagrams.fallbackReason }
  }

  /** Stops answering and frees the port. */
  stop(): Promise<void> {
    return this.#datagrams.close()
  }
}
