import type { FailureCode } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'

/** How a transfer stands. The last four are its ends. */
export const TRANSFER_STATES = [
  'waiting',
  'running',
  'paused',
  'retrying',
  'done',
  'skipped',
  'failed',
  'cancelled',
] as const
export type TransferState = (typeof TRANSFER_STATES)[number]

/** One image that somebody wants in a folder. */
export interface Transfer {
  readonly digest: Digest
  /** As its first owner named it: a stranger's text. */
  readonly name: string
  readonly details: ImageDetails
  /** As the index server told them last; they are looked up anew after each failure. */
  readonly owners: readonly Endpoint[]
  /** Fetched even where the folder has it already. */
  readonly again: boolean
  readonly state: TransferState
  /** Transfers are begun in this order, the lowest first. */
  readonly rank: number
  /** Tries that failed since a person asked for it, or since one brought more of it than any before. */
  readonly attempts: number
  /** Milliseconds since 1970 of the first of them. */
  readonly failingSinceMs: number | undefined
  /** Milliseconds since 1970 at which it is tried again; only while retrying. */
  readonly retryAtMs: number | undefined
  /** Bytes that were there at most; the image's size once it is done. */
  readonly bytes: number
  /** Why the last try failed. */
  readonly error: FailureCode | 'unexpected' | undefined
}

/** True for a transfer of which nothing more comes by itself. */
export function isFinished({ state }: Pick<Transfer, 'state'>): boolean {
  return state === 'done' || state === 'skipped' || state === 'failed' || state === 'cancelled'
}
