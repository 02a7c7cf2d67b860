import type { DownloadedImage, DownloadRequest } from '../download/download-request.ts'
import { DEFAULT_FETCH_LIMITS } from '../download/fetch-limits.ts'

/** Fetches single images. */
export interface ImageFetcher {
  /** Rejects with a failure where the image did not arrive; what it did until then may be used by the next try. */
  download(request: DownloadRequest): Promise<DownloadedImage>
  /** Ends what is under way. */
  stop(): Promise<void>
}

export const FETCH_LIMITS: DownloadRequest['limits'] = DEFAULT_FETCH_LIMITS
