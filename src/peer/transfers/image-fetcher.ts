import { type DownloadedImage, type DownloadRequest, downloadImage } from '../download/download-image.ts'
import { DEFAULT_FETCH_LIMITS } from '../download/fetch-image.ts'

/** Fetches single images. */
export interface ImageFetcher {
  /** Rejects with a failure where the image did not arrive; what it did until then may be used by the next try. */
  download(request: DownloadRequest): Promise<DownloadedImage>
  /** Ends what is under way. */
  stop(): Promise<void>
}

/** One connection an image, one owner after the other. */
export const simpleFetcher: ImageFetcher = { download: downloadImage, stop: async () => {} }

export const FETCH_LIMITS: DownloadRequest['limits'] = DEFAULT_FETCH_LIMITS
