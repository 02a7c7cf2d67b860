import { stat } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, isFailure, systemReason } from '../base/failure.ts'
import type { ImageQuery } from '../protocol/catalog-api.ts'
import type { Digest } from '../protocol/digest.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import type { Pace } from '../transport/file-sender.ts'
import { watchCatalogChanges } from './catalog-changes.ts'
import type { CatalogNews } from './catalog-client.ts'
import type { CatalogImage } from './catalog-image.ts'
import type { PeerConfig } from './config.ts'
import { removeAbandonedDownloads } from './download/abandoned-downloads.ts'
import { type GivenFile, type GivenResult, PictureAdder } from './library/add-picture.ts'
import type { ExaminedFile } from './library/examine-file.ts'
import { HashPool } from './library/hash-pool.ts'
import type { DatedImage } from './library/image-file.ts'
import { Library } from './library/library.ts'
import { LibraryStore } from './library/library-store.ts'
import type { OpenedImage } from './library/opened-image.ts'
import type { OwnImageQuery, OwnPage } from './library/own-images.ts'
import type { WithheldImage } from './library/source-images.ts'
import type { FileLikeness } from './likeness/likeness-of-file.ts'
import { ImageDecoder } from './previews/image-decoder.ts'
import { PlaceholderMaker } from './previews/placeholder-maker.ts'
import { PreviewCache, previewFolderOf } from './previews/preview-cache.ts'
import type { PreviewResult, PreviewSource } from './previews/preview-source.ts'
import { Previews } from './previews/previews.ts'
import { Registration, type RegistrationObserver, type RegistrationState } from './registration.ts'
import { type CatalogPage, ServerCatalog } from './server-catalog.ts'
import { ServerConnection, type ServerLimit } from './server-connection.ts'
import { Sharing } from './sharing/sharing.ts'
import type { UploadFlow } from './sharing/upload-flows.ts'
import type { StoreCondition } from './store-file.ts'
import { Transfers, transferStoreOf } from './transfers/transfers.ts'

/** What a peer tells of what happens by itself. */
export interface PeerObserver extends RegistrationObserver {
  /** Pictures of the folder are being read. */
  onReading(done: number, total: number): void
  /** The image in the file `name` went out whole to `address`. */
  onServed(name: string, address: string): void
  /** The server stays silent; the request goes out again. */
  onRetry(attempts: number): void
  /** The server turned out to lack something; told once, until it has it. */
  onLimit(limit: ServerLimit): void
  /** The peer's memory of the folder could not be used as it was. */
  onStoreCondition(condition: StoreCondition): void
}

/** What becomes of position, serial numbers and the like in what a peer shares. */
export interface PeerPrivacy {
  /** Whether they are taken out. */
  readonly isCleaned: boolean
  /** Images that are shared without something that their owner's files hold. */
  readonly cleanedCount: number
  /** Images that are not shared, since it cannot be told what they hold. */
  readonly withheld: readonly WithheldImage[]
}

/** Ports tried, when each turns out to be registered by somebody else on this address. */
const MAX_MOVES = 3

/** Milliseconds that a stopping peer waits for the server to take its END. */
const END_MS = 5000

/** A peer: its folder, its share server, and its side of the index server. The façade every front uses. */
export class Peer implements PreviewSource {
  readonly #config: PeerConfig
  readonly #connection: ServerConnection
  readonly #catalog: ServerCatalog
  readonly #store: LibraryStore
  readonly #pool: HashPool
  readonly #library: Library
  readonly #adder: PictureAdder
  readonly #previews: Previews
  readonly #placeholders: PlaceholderMaker
  readonly #sharing: Sharing
  readonly #registration: Registration
  /** Downloads into the folder: the queue, and what is under way. */
  readonly transfers: Transfers
  #stopped: Promise<void> | undefined

  private constructor(parts: {
    config: PeerConfig
    connection: ServerConnection
    store: LibraryStore
    pool: HashPool
    library: Library
    previews: Previews
    placeholders: PlaceholderMaker
    sharing: Sharing
    registration: Registration
  }) {
    this.#config = parts.config
    this.#connection = parts.connection
    this.#catalog = new ServerCatalog(parts.connection)
    this.#store = parts.store
    this.#pool = parts.pool
    this.#library = parts.library
    this.#previews = parts.previews
    this.#placeholders = parts.placeholders
    this.#sharing = parts.sharing
    this.#registration = parts.registration
    this.#adder = new PictureAdder({
      directory: parts.config.directory,
      holds: digest => this.has(digest),
      onPlaced: name => this.#library.look([name]),
    })
    this.transfers = Transfers.open({
      storePath: transferStoreOf(parts.config.storePath),
      directory: parts.config.directory,
      limits: parts.config.fetchLimits,
      givenLimits: parts.config.transferLimits,
      has: digest => this.has(digest),
      uploads: () => this.uploads(),
      find: (digest, signal) => this.image(digest, signal),
      isOwn: ({ address, port }) => port === this.endpoint.port && localAddresses().has(address),
    })
    this.#sharing.limit(this.transfers.limits)
    this.transfers.subscribe({ onLimits: limits => this.#sharing.limit(limits) })
  }

  /**
   * Starts sharing: reads the folder, opens the share server. The index server is told nothing yet. Rejects with
   * `directoryMissing`, `directoryUnreadable` or a listen failure, and then leaves nothing running.
   */
  static async start(given: PeerConfig, observer: PeerObserver): Promise<Peer> {
    const config = { ...given, directory: resolve(given.directory) }
    await checkDirectory(config.directory)
    await removeAbandonedDownloads(config.directory)
    const store = LibraryStore.open(config.storePath)
    if (config.keepMetadata) stopCleaning(store)
    if (store.condition.kind !== 'fine') observer.onStoreCondition(store.condition)
    const { password, port } = store.identity()
    const pool = new HashPool()
    const { directory, recursive, settleMs, rescanMs } = config
    const library = new Library({
      ...{ directory, recursive, settleMs, rescanMs, store, pool },
      onProgress: (done, total) => observer.onReading(done, total),
      onChange: () => {
        registration.markChanged()
        sharing.noteChange()
        if (config.placeholders) placeholders.wake()
      },
      onTrouble: failure => observer.onTrouble(failure),
    })
    const cache = new PreviewCache(previewFolderOf(config.storePath))
    const previews = new Previews(library, new ImageDecoder(), cache)
    const onNews = () => registration.markChanged()
    const placeholders = new PlaceholderMaker({
      ...{ store, previews, onNews },
      whenQuiet: signal => whenQuiet(sharing, previews, signal),
    })
    const connection = new ServerConnection({
      server: config.server,
      plan: config.retryPlan,
      limits: config.httpLimits,
      onRetry: attempts => observer.onRetry(attempts),
      onLimit: limit => observer.onLimit(limit),
    })
    const sharing = new Sharing(config, library, previews, observer)
    const registration = new Registration({
      connection,
      source: { entries: () => library.entries(), port: () => sharing.endpoint.port, password },
      observer,
      renewMs: config.renewMs,
    })
    try {
      await library.start()
      await sharing.start(port)
      // Also those that an earlier version of the program did not make, or an earlier start did not come to.
      if (config.placeholders) placeholders.wake()
    } catch (error) {
      await library.stop()
      await stopPreviews(previews, placeholders)
      await pool.close()
      store.close()
      connection.close()
      throw error
    }
    store.keepIdentity({ password, port: sharing.endpoint.port })
    const parts = { config, connection, store, pool, library, previews, placeholders, sharing, registration }
    const peer = new Peer(parts)
    const { condition } = peer.transfers
    if (condition.kind === 'setAside') observer.onStoreCondition(condition)
    peer.transfers.start()
    return peer
  }

  /** Where the share server listens. */
  get endpoint(): Endpoint {
    return this.#sharing.endpoint
  }

  /** The index server, as shown to a person. */
  get server(): string {
    return this.#connection.server
  }

  get directory(): string {
    return this.#config.directory
  }

  /** Images shared now. */
  get imageCount(): number {
    return this.#library.imageCount
  }

  /**
   * The pace of what somebody at an IP address gets by another way than the share port, under the same limits and counted
   * with the rest; `undefined` while nothing is shared.
   */
  uploadPace(address: string, signal: AbortSignal): Pace | undefined {
    return this.#sharing.uploadPace(address, signal)
  }

  /** Bytes sent to others since the start. */
  get bytesSent(): number {
    return this.#sharing.bytesSent
  }

  /** What is taken out of the shared images. */
  get privacy(): PeerPrivacy {
    const { cleanedCount, withheld } = this.#library
    return { isCleaned: this.#store.isCleaned, cleanedCount, withheld }
  }

  /**
   * Takes position, serial numbers and the like out of what is shared, or no more, now and after the next start. Resolves
   * when the folder was read anew; what may not be shared any more is not from the beginning. False where that cannot be
   * kept, and then nothing changes.
   */
  async setCleaned(isCleaned: boolean): Promise<boolean> {
    if (!this.#store.isKept) return false
    try {
      this.#store.setCleaned(isCleaned)
    } catch {
      return false
    }
    await this.#library.applySetting()
    return true
  }

  /** What the file of an image of the folder tells beyond its picture; `undefined` where the folder does not hold it. */
  examine(digest: Digest): Promise<ExaminedFile | undefined> {
    return this.#library.examine(digest)
  }

  /** True when the folder holds that image, as it is or as it is shared, whether or not it is. */
  has(digest: Digest): boolean {
    return this.#library.holds(digest)
  }

  /** True when that image is shared now. */
  shares(digest: Digest): boolean {
    return this.#library.has(digest)
  }

  /** A page of what the folder holds, the file that was changed last first. */
  own(query: OwnImageQuery): OwnPage {
    return this.#library.own(query)
  }

  /** See {@link Library.setShared}. What is being sent of an image that is no longer shared is cut. */
  setShared(digest: Digest, isShared: boolean): ReturnType<Library['setShared']> {
    return this.#library.setShared(digest, isShared)
  }

  /** What large images are being sent to whom. */
  uploads(): UploadFlow[] {
    return this.#sharing.uploads()
  }

  /** Adds a picture to the folder; see {@link PictureAdder.add}. It is shared, and told to the server, from then on. */
  add(given: GivenFile, signal: AbortSignal): Promise<GivenResult> {
    return this.#adder.add(given, signal)
  }

  /** The shared images, those whose files changed last first. Reads what is known of all of them: see {@link revision}. */
  sharedImages(): DatedImage[] {
    return this.#library.newestFirst()
  }

  /** Grows when the shared images, or what is known of them, changed. */
  get revision(): number {
    return this.#library.revision
  }

  /** Registers at the index server; from then on the server is kept up to date until {@link end}. */
  async register(signal: AbortSignal): Promise<RegistrationState> {
    for (let moves = 0; ; moves += 1) {
      try {
        return await this.#registration.register(signal)
      } catch (error) {
        // Somebody else's registration stands on our address and port. It keeps it; we take another port.
        const canMove = isFailure(error, 'registeredWithOtherPassword') && this.#config.port === 0
        if (!canMove || moves >= MAX_MOVES) throw error
        await this.#sharing.stop()
        await this.#sharing.start(0)
        this.#store.keepIdentity({ ...this.#store.identity(), port: this.endpoint.port })
      }
    }
  }

  /** Looks at the folder again and, when registered, tells the server what it holds. */
  async update(signal: AbortSignal): Promise<RegistrationState> {
    await this.#library.refresh()
    return this.#registration.update(signal)
  }

  /** Takes the registration back. Sharing goes on for those who know the address. */
  end(signal: AbortSignal): Promise<RegistrationState> {
    return this.#registration.end(signal)
  }

  /** One page of what is in the network. */
  page(query: ImageQuery, signal: AbortSignal): Promise<CatalogPage> {
    return this.#catalog.page(query, signal)
  }

  /** All pages of what is in the network, each asked for when the one before was taken. */
  pages(query: ImageQuery, signal: AbortSignal): AsyncGenerator<CatalogPage, void> {
    return this.#catalog.pages(query, signal)
  }

  /** Images in the network; `undefined` where the server does not say. */
  networkImageCount(signal: AbortSignal): Promise<number | undefined> {
    return this.#catalog.imageCount(signal)
  }

  /** One image of the network; `undefined` where nobody has it. */
  image(digest: Digest, signal: AbortSignal): Promise<CatalogImage | undefined> {
    return this.#catalog.image(digest, signal)
  }

  /** Tells `onChange` what changes in the network, where the server says so, until `signal` aborts; never rejects. */
  watchCatalog(onChange: (change: CatalogNews) => void, signal: AbortSignal): Promise<void> {
    return watchCatalogChanges(this.#catalog, onChange, signal)
  }

  /** One of the shared images, opened for reading; whoever asks closes it. */
  open(digest: Digest): OpenedImage | undefined {
    return this.#library.open(digest)
  }

  /** A preview of one of the folder's images, shared or not. */
  preview(digest: Digest, size: number, signal: AbortSignal): Promise<PreviewResult> {
    return this.#previews.preview(digest, size, signal)
  }

  /** The likeness of the picture in any file of this computer, by which pictures like it are listed (`ImageQuery.like`). */
  likenessOfFile(path: string, signal: AbortSignal): Promise<FileLikeness> {
    return this.#previews.likenessOfFile(path, signal)
  }

  /** Ends the registration, waits for the server at most some seconds, and stops everything. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    try {
      await this.#registration.stop(AbortSignal.timeout(END_MS))
    } catch {
      // The server is gone or silent: it finds out by itself that we are.
    }
    await this.transfers.stop()
    this.#connection.close()
    await this.#sharing.stop()
    await this.#library.stop()
    await stopPreviews(this.#previews, this.#placeholders)
    await this.#pool.close()
    this.#store.close()
  }
}

/** Milliseconds between two looks at whether somebody is sent something, and how many of them pass at most. */
const QUIET_LOOK_MS = 500
const QUIET_LOOKS = 120

/** Where that cannot be kept, things stay private. */
function stopCleaning(store: LibraryStore): void {
  try {
    store.setCleaned(false)
  } catch {
    // A store that cannot be written is told of already.
  }
}

/** Waits until nobody is sent anything large, or for a minute: somebody who never stops asking should not stop it all. */
async function whenQuiet(sharing: Sharing, previews: Previews, signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < QUIET_LOOKS && !sharing.isQuiet; looks += 1) {
    previews.rest()
    await sleep(QUIET_LOOK_MS, undefined, { signal })
  }
}

/** Whoever waits for a picture is let go by the decoder's end. */
async function stopPreviews(previews: Previews, placeholders: PlaceholderMaker): Promise<void> {
  await Promise.all([placeholders.stop(), previews.stop()])
}

async function checkDirectory(directory: string): Promise<void> {
  try {
    if (!(await stat(directory)).isDirectory()) throw new Failure('directoryMissing', { directory })
  } catch (error) {
    if (error instanceof Failure) throw error
    const reason = systemReason(error)
    if (reason === 'ENOENT' || reason === 'ENOTDIR') throw new Failure('directoryMissing', { directory })
    throw new Failure('directoryUnreadable', { directory, reason })
  }
}

function localAddresses(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  return new Set(addresses.map(({ address }) => address))
}
