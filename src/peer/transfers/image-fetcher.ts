import type { DownloadedImage, DownloadRequest } from '../download/download-request.ts'

/** Fetches single images. */
export interface ImageFetcher {
  /** Rejects with a failure where the image did not arrive; what it did until then may be used by the next try. */
  download(request: DownloadRequest): Promise<DownloadedImage>
  /** Ends what is under way. */
  stop(): Promise<void>
}
