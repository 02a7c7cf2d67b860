import type { FailureCode, FailureDetails } from '../../base/failure.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { SafeFileName } from '../file-name.ts'
import type { FailedAttempt } from './download-request.ts'
import type { TransferJob, TransferredImage } from './image-transfer.ts'

/** What a transfer thread is told, several at once. */
export type TransferOrder =
  | {
      readonly kind: 'begin'
      readonly id: number
      readonly job: TransferJob
      readonly directory: string
      readonly partPath: string
      /** Whether an earlier download may have left something there. */
      readonly mayBeThere: boolean
      /** Whether what came so far stays for a later download when this one fails. */
      readonly isKept: boolean
      readonly safeName: SafeFileName
    }
  | { readonly kind: 'cancel'; readonly id: number }

/** What went wrong, as data: errors lose their class between threads. */
export type TransferTrouble =
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly details: FailureDetails[FailureCode] }
  | { readonly kind: 'save'; readonly reason: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'unexpected'; readonly reason: string }

/** What it tells, several at once. */
export type TransferNews =
  | { readonly kind: 'bytes'; readonly id: number; readonly owner: string; readonly bytes: number }
  /** Much was written since the last time. */
  | { readonly kind: 'written'; readonly id: number }
  | { readonly kind: 'attempt'; readonly id: number; readonly attempt: FailedAttempt }
  | { readonly kind: 'wrongContent'; readonly id: number; readonly owner: Endpoint }
  | {
      readonly kind: 'done'
      readonly id: number
      readonly image: TransferredImage
      /** By what the content turned out to be. */
      readonly name: SafeFileName
    }
  | { readonly kind: 'failed'; readonly id: number; readonly trouble: TransferTrouble }

/** What a transfer thread is started with. */
export interface TransferThreadData {
  /** Of the limit that all threads keep to. */
  readonly rateLimit: SharedArrayBuffer
}
