import { isFailure } from '../../base/failure.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { Pace } from '../../transport/file-sender.ts'
import type { PeerConfig } from '../config.ts'
import type { Library } from '../library/library.ts'
import type { PreviewSource } from '../previews/preview-source.ts'
import { type TransferLimits, uploadLimitsOf } from '../transfers/transfer-limits.ts'
import { type ShareObserver, ShareServer } from './share-server.ts'
import type { UploadFlow } from './upload-flows.ts'
import { DEFAULT_UPLOAD_LIMITS } from './upload-limits.ts'

/** The share server of a peer, which may have to move to another port. */
export class Sharing {
  readonly #config: PeerConfig
  readonly #library: Library
  readonly #previews: PreviewSource
  readonly #observer: ShareObserver
  #uploadLimits = DEFAULT_UPLOAD_LIMITS
  #server: ShareServer | undefined
  /** By servers that were stopped since. */
  #sentBefore = 0

  constructor(config: PeerConfig, library: Library, previews: PreviewSource, observer: ShareObserver) {
    this.#config = config
    this.#library = library
    this.#previews = previews
    this.#observer = observer
  }

  get endpoint(): Endpoint {
    return this.#server?.endpoint ?? { address: this.#config.host, port: this.#config.port }
  }

  /**
   * Where nobody asked for a port, `preferredPort` is taken if it is free: that of the last start, so that a registration
   * left over from it is ours again.
   */
  async start(preferredPort: number): Promise<void> {
    const { host, port, shareLimits: limits } = this.#config
    const options = {
      ...{ host, limits, uploadLimits: this.#uploadLimits },
      ...{ library: this.#library, previews: this.#previews, observer: this.#observer },
    }
    if (port !== 0) {
      this.#server = await ShareServer.start({ ...options, port })
      return
    }
    try {
      this.#server = await ShareServer.start({ ...options, port: preferredPort })
    } catch (error) {
      const isOccupied = isFailure(error, 'portTaken') || isFailure(error, 'portForbidden')
      if (preferredPort === 0 || !isOccupied) throw error
      this.#server = await ShareServer.start({ ...options, port: 0 })
    }
  }

  /** See {@link ShareServer.isQuiet}; true also where nothing is shared. */
  get isQuiet(): boolean {
    return this.#server?.isQuiet ?? true
  }

  /** What large images are being sent to whom. */
  uploads(): UploadFlow[] {
    return this.#server?.uploads() ?? []
  }

  /** See {@link ShareServer.noteChange}. */
  noteChange(): void {
    this.#server?.noteChange()
  }

  /** See {@link ShareServer.uploadPace}; `undefined` while nothing is shared. */
  uploadPace(asker: string, signal: AbortSignal): Pace | undefined {
    return this.#server?.uploadPace(asker, signal)
  }

  /** Bytes that went out since the start, whatever ports they left by. */
  get bytesSent(): number {
    return this.#sentBefore + (this.#server?.bytesSent ?? 0)
  }

  /** Takes effect at once, also for uploads that run and for servers to come. */
  limit(limits: TransferLimits): void {
    this.#uploadLimits = uploadLimitsOf(limits, DEFAULT_UPLOAD_LIMITS)
    this.#server?.setUploadLimits(this.#uploadLimits)
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
    this.#sentBefore = this.bytesSent
    this.#server = undefined
  }
}
