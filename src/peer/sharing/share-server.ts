import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { HttpRequest } from '../../protocol/http-request.ts'
import { FileSender, type Pace } from '../../transport/file-sender.ts'
import type { RequestConnection } from '../../transport/request-connection.ts'
import {
  listenForRequests,
  type RequestListener,
  type RequestListenerLimits,
} from '../../transport/request-listener.ts'
import type { Library } from '../library/library.ts'
import type { PreviewSource } from '../previews/preview-source.ts'
import { ResponseWriter } from './response-writer.ts'
import { methodNotAllowed } from './share-problems.ts'
import { answerShareRequest, digestOfImage, isPlainGet } from './share-routes.ts'
import { type SmallImage, SmallImages } from './small-images.ts'
import { type UploadFlow, UploadFlows } from './upload-flows.ts'
import type { UploadLimitsConfig } from './upload-limits.ts'
import { SMALL_ANSWER_BYTES, Uploads } from './uploads.ts'

/** What the share server tells. */
export interface ShareObserver {
  /** The image in the file `name` was sent whole to somebody at `address`. */
  onServed(name: string, address: string): void
}

/** Where and what to share. */
export interface ShareServerOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits: RequestListenerLimits
  readonly uploadLimits: UploadLimitsConfig
  readonly library: Pick<Library, 'open' | 'has' | 'page'>
  readonly previews: PreviewSource
  readonly observer: ShareObserver
}

/** Gives the images of a library to whoever asks for them by their digest, and nothing else of the disk. */
export class ShareServer {
  readonly #listener: RequestListener
  readonly #uploads: Uploads
  readonly #small: SmallImages

  private constructor(listener: RequestListener, uploads: Uploads, small: SmallImages) {
    this.#listener = listener
    this.#uploads = uploads
    this.#small = small
  }

  /** Rejects with the failure `portTaken` and the like where the port is not to be had. */
  static async start(options: ShareServerOptions): Promise<ShareServer> {
    const { host, port, limits, uploadLimits, library, observer } = options
    const flows = new UploadFlows(digest => library.has(digest))
    const uploads = new Uploads(await FileSender.load(), uploadLimits, flows)
    const small = new SmallImages(library)
    const writer = new ResponseWriter(uploads, small)
    const giveSmall = async ({ bytes, name }: SmallImage, connection: RequestConnection) => {
      await uploads.sendSmall(connection, bytes, bytes.length)
      connection.end()
      observer.onServed(name, connection.address)
    }
    const onRequest = async (digest: Digest, connection: RequestConnection) => {
      const kept = small.get(digest)
      if (kept !== undefined) return giveSmall(kept, connection)
      const opened = library.open(digest)
      if (opened === undefined) return connection.end()
      try {
        const { name, size } = opened
        if (size <= SMALL_ANSWER_BYTES) {
          const image = small.read(digest, opened, Date.now())
          return image === undefined ? connection.reset() : await giveSmall(image, connection)
        }
        const isWhole = await uploads.send(connection, opened.part(0, size), { digest, name, size })
        // One that changed meanwhile is cut off, never ended as if it were whole.
        if (!isWhole || !opened.unchanged()) return connection.reset()
        connection.end()
        observer.onServed(opened.name, connection.address)
      } finally {
        opened.close()
      }
    }
    const onHttp = async (request: HttpRequest, connection: RequestConnection) => {
      const { method } = request
      const asked = isPlainGet(request) ? digestOfImage(request.path) : undefined
      const kept = asked === undefined ? undefined : small.get(asked)
      if (kept !== undefined) {
        await writer.writeSmall(connection, kept, request.isLast)
        observer.onServed(kept.name, connection.address)
        return
      }
      const response =
        method === 'GET' || method === 'HEAD'
          ? await answerShareRequest({ ...request, method, address: connection.address }, options, connection)
          : methodNotAllowed()
      const served = await writer.write(connection, request, response)
      if (served !== undefined) observer.onServed(served, connection.address)
    }
    return new ShareServer(await listenForRequests({ host, port, limits, onRequest, onHttp }), uploads, small)
  }

  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** See {@link Uploads.bytesSent}. */
  get bytesSent(): number {
    return this.#uploads.bytesSent
  }

  /** See {@link Uploads.pace}. */
  uploadPace(asker: string, signal: AbortSignal): Pace {
    return this.#uploads.pace(asker, signal)
  }

  /** True when nobody was sent anything large for a while. */
  get isQuiet(): boolean {
    return this.#uploads.isQuiet
  }

  /** What large images are being sent to whom. */
  uploads(): UploadFlow[] {
    return this.#uploads.flows.all()
  }

  /** To be called when what is shared changed: cuts what is being sent of images that are not shared any more. */
  noteChange(): void {
    this.#uploads.flows.cutUnshared()
    this.#small.clear()
  }

  /** Takes effect at once, also for uploads that run. */
  setUploadLimits(limits: UploadLimitsConfig): void {
    this.#uploads.setLimits(limits)
  }

  /** Stops accepting and cuts the transfers under way. */
  async stop(): Promise<void> {
    await this.#listener.close()
  }
}
