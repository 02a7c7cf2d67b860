import type { OwnerFault } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { CatalogImage } from '../catalog-image.ts'
import type { FetchLimits } from './fetch-limits.ts'

/** One owner that was asked and did not give the image. */
export interface FailedAttempt {
  readonly owner: string
  readonly reason: OwnerFault
  /** What the system or the owner said, where it said something. */
  readonly detail: string
}

/** An image that arrived whole. */
export interface DownloadedImage {
  readonly digest: Digest
  /** The name it got, in the directory asked for. */
  readonly fileName: string
  readonly path: string
  readonly bytes: number
  /** The owner that gave most of it. */
  readonly owner: string
  /** Owners that were asked and did not give what was hoped for. */
  readonly failed: readonly FailedAttempt[]
  /** Bytes that an earlier download had left and that were used. */
  readonly resumedFrom: number
}

/** Told while a download is under way. */
export interface DownloadObserver {
  /** `bytes` of the image are there now; `owner` gave the last of them. Told some ten times a second at most. */
  onBytes(owner: string, bytes: number): void
  /** An owner failed and the next one is asked, where there is one. */
  onFailedAttempt(attempt: FailedAttempt): void
  /** All of it is there and right; what is left is the disk and the name, which wait for others. */
  onArrived?(): void
}

/** What to fetch and where to put it. */
export interface DownloadRequest {
  /** Its owners are asked in this order; a large image comes from several at once. */
  readonly image: CatalogImage
  readonly directory: string
  readonly limits: FetchLimits
  /** Ends the download; what came so far stays for a later one. */
  readonly signal: AbortSignal
  readonly observer: DownloadObserver
  /** Called with an owner that sent wrong bytes. */
  readonly onWrongContent: (owner: Endpoint) => void
}
