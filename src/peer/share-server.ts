import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Digest } from '../protocol/digest.ts'
import type { Endpoint } from '../protocol/endpoint.ts'
import {
  closeGently,
  listenForRequests,
  type RequestListener,
  type RequestListenerLimits,
  remoteAddressOf,
} from '../transport/request-listener.ts'
import type { Library } from './library/library.ts'
import type { OpenedImage } from './library/opened-image.ts'
import { answerImageRequest } from './sharing/image-responses.ts'

/** Bytes read and written at a time, for each transfer under way. */
const CHUNK_BYTES = 256 * 1024

/** What the share server tells. */
interface ShareObserver {
  /** The image in the file `name` was sent whole to somebody at `address`. */
  onServed(name: string, address: string): void
}

/** Where and what to share. */
export interface ShareServerOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly limits: RequestListenerLimits
  readonly library: Pick<Library, 'open'>
  readonly observer: ShareObserver
}

/** Gives the images of a library to whoever asks for them by their digest, and nothing else of the disk. */
export class ShareServer {
  readonly #listener: RequestListener

  private constructor(listener: RequestListener) {
    this.#listener = listener
  }

  /** Rejects with the failure `portTaken` and the like where the port is not to be had. */
  static async start({ host, port, limits, library, observer }: ShareServerOptions): Promise<ShareServer> {
    const onRequest = async (digest: Digest, socket: Socket, signal: AbortSignal) => {
      const opened = await library.open(digest)
      if (opened === undefined) return closeGently(socket)
      const address = remoteAddressOf(socket)
      if (await sendImage(opened, socket, signal)) observer.onServed(opened.name, address)
    }
    const onHttp = (request: IncomingMessage, response: ServerResponse) => {
      const address = remoteAddressOf(request.socket)
      answerImageRequest(library, request, response).then(
        name => name !== undefined && observer.onServed(name, address),
        () => response.destroy(),
      )
    }
    return new ShareServer(await listenForRequests({ host, port, limits, onRequest, onHttp }))
  }

  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** Stops accepting and cuts the transfers under way. */
  async stop(): Promise<void> {
    await this.#listener.close()
  }
}

/** Sends an image and says whether it went out whole. One that changes meanwhile is cut off, never ended as if whole. */
async function sendImage(opened: OpenedImage, socket: Socket, signal: AbortSignal): Promise<boolean> {
  const { file, size } = opened
  try {
    const chunk = Buffer.allocUnsafe(Math.min(size, CHUNK_BYTES))
    let sent = 0
    while (sent < size && !signal.aborted) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - sent), sent)
      if (bytesRead === 0) break
      await write(socket, chunk.subarray(0, bytesRead))
      sent += bytesRead
    }
    if (sent < size || !(await opened.unchanged())) {
      socket.resetAndDestroy()
      return false
    }
    closeGently(socket)
    return true
  } finally {
    await file.close()
  }
}

/** Resolves when the system took the bytes, so that the buffer is free again and a slow reader holds us back. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, error => (error ? reject(error) : resolve()))
  })
}
