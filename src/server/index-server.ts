import { monotonicMs } from '../base/clock.ts'
import { Failure, isFailure, systemReason } from '../base/failure.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import { type DatagramPath, FastPathUnavailableError } from '../transport/datagram-server.ts'
import { type ListeningDatagramServer, listenDatagrams } from '../transport/datagrams.ts'
import { listenFailure } from '../transport/listen-error.ts'
import { localAddressTowards } from '../transport/local-address.ts'
import { type CatalogApi, startCatalogApi } from './api/catalog-api.ts'
import type { ServerConfig } from './config.ts'
import { IndexService, type RequestObserver } from './index-service.ts'
import type { JournalCondition } from './journal/journal-condition.ts'
import { Liveness } from './liveness/liveness.ts'
import { ProvenAddresses } from './liveness/proven-addresses.ts'
import { nowSeconds, openState } from './open-state.ts'
import { ReplyBudget } from './reply-budget.ts'
import { ServerReading } from './server-reading.ts'
import { ServerStatus } from './status/server-status.ts'
import { LocalNetworks } from './viewpoints/local-networks.ts'
import { Viewpoints } from './viewpoints/viewpoints.ts'

/** What an index server tells besides its answers. */
export interface ServerObserver extends RequestObserver {
  /** A datagram or its reply, or a request over HTTP, could not be handled; the server goes on. */
  onFault(reason: string): void
  /** How the journal stands, when that changes. */
  onJournal(condition: JournalCondition): void
  /** Registrations and lists that the journal kept and for which the limits leave no room now. */
  onRefused(count: number): void
}

/** Ports tried when any will do and one is free for only one of UDP and TCP. */
const MAX_PORTS_TRIED = 20

/** What runs, in the order in which it was started. */
type Running = { readonly stop: () => Promise<void> | void }[]

/** An index server: who has which image. It never sees an image. */
export class IndexServer {
  readonly #datagrams: ListeningDatagramServer
  readonly #running: Running
  #stopped: Promise<void> | undefined

  private constructor(datagrams: ListeningDatagramServer, running: Running) {
    this.#datagrams = datagrams
    this.#running = running
  }

  /**
   * Starts answering, over UDP and HTTP on one port. Rejects with `portTaken` and the other listen failures, with
   * `journalInUse`, and with the signal's reason, and then leaves nothing behind.
   */
  static async start(
    config: ServerConfig,
    observer: ServerObserver,
    signal: AbortSignal,
  ): Promise<IndexServer> {
    const running: Running = []
    try {
      return await IndexServer.#start(config, observer, running, signal)
    } catch (error) {
      await stopAll(running)
      throw error
    }
  }

  static async #start(
    config: ServerConfig,
    observer: ServerObserver,
    running: Running,
    signal: AbortSignal,
  ): Promise<IndexServer> {
    const onFault = (fault: Error) => observer.onFault(systemReason(fault))
    let onCommit = (_tookMs: number): void => {}
    const open = await openState(
      config,
      condition => observer.onJournal(condition),
      tookMs => onCommit(tookMs),
      signal,
    )
    const { state, journal } = open
    running.push({ stop: () => journal.close() }, { stop: () => state.stop() })
    if (open.refused > 0) observer.onRefused(open.refused)

    const networks = new LocalNetworks()
    networks.start()
    const viewpoints = new Viewpoints(networks, localAddressTowards)
    running.push({ stop: () => networks.stop() }, { stop: () => viewpoints.stop() })
    const proven = new ProvenAddresses()
    const budget = new ReplyBudget(config.replyBudget, proven)
    const reading = new ServerReading(open, budget)
    const status = new ServerStatus({ source: reading, version: config.version, documentationPath: '/docs' })
    if (config.dataFolder !== undefined) onCommit = tookMs => status.commits.observe(tookMs * 1000)
    status.start()
    running.push({ stop: () => status.stop() })

    const service = new IndexService({
      state,
      observer,
      budget,
      metrics: status.requests,
      viewpointOf: (source, offset) => viewpoints.viewpointOf(source, offset),
      nowMs: monotonicMs,
    })
    const startApi = (port: number) =>
      startCatalogApi({
        host: config.host,
        port,
        state,
        limits: config.api,
        onFault,
        plugins: [status.counting, status.routes],
        viewpointOf: (remote, local) => viewpoints.viewpointOfConnection(remote, local),
        onConnection: remote => proven.note(remote, nowSeconds()),
      })
    const startDatagrams = (port: number) =>
      listenDatagrams({ host: config.host, port, path: config.path, handler: service, onFault })
    const { api, datagrams } = await listenOnOnePort(config, startApi, startDatagrams)
    running.push({ stop: () => api.stop() }, { stop: () => datagrams.close() })

    const liveness = new Liveness({
      source: state,
      proven,
      networks,
      ownPort: datagrams.endpoint.port,
      limits: config.liveness,
      nowSeconds,
      onFault,
    })
    reading.liveness = liveness
    liveness.start(new AbortController().signal)
    running.push({ stop: () => liveness.stop() })
    return new IndexServer(datagrams, running)
  }

  get endpoint(): Endpoint {
    return this.#datagrams.endpoint
  }

  /** How datagrams travel, and why not the fast way where `auto` did not take it. */
  get datagramPath(): { readonly path: DatagramPath; readonly fallbackReason: string | undefined } {
    return { path: this.#datagrams.path, fallbackReason: this.#datagrams.fallbackReason }
  }

  /** Stops answering, frees the port, and keeps what was acknowledged. */
  stop(): Promise<void> {
    this.#stopped ??= stopAll(this.#running)
    return this.#stopped
  }
}

/** Stops what runs, the last started first. */
async function stopAll(running: Running): Promise<void> {
  for (let part = running.pop(); part !== undefined; part = running.pop()) await part.stop()
}

/** Listens on one port number for HTTP and for datagrams. */
async function listenOnOnePort(
  { host, port }: ServerConfig,
  startApi: (port: number) => Promise<CatalogApi>,
  startDatagrams: (port: number) => Promise<ListeningDatagramServer>,
): Promise<{ readonly api: CatalogApi; readonly datagrams: ListeningDatagramServer }> {
  for (let tried = 1; ; tried += 1) {
    const api = await startApi(port)
    try {
      return { api, datagrams: await startDatagrams(api.endpoint.port) }
    } catch (error) {
      await api.stop()
      if (error instanceof FastPathUnavailableError) {
        throw new Failure('fastPathUnavailable', { reason: error.message }, { cause: error })
      }
      const failure = listenFailure(error, host, api.endpoint.port)
      if (port !== 0 || tried === MAX_PORTS_TRIED || !isFailure(failure, 'portTaken')) throw failure
    }
  }
}
