import type { UploadLimitsConfig } from '../sharing/upload-limits.ts'

/** What transfers of one folder may take, both ways. */
export interface TransferLimits {
  /** Bytes per second of all downloads; 0 for no limit. */
  readonly download: number
  /** Bytes per second of all uploads; 0 for no limit. */
  readonly upload: number
  /** Bytes per second of the uploads to one IP address; 0 for no limit. */
  readonly uploadEach: number
  /** Large uploads at once; 0 for as many as there are by default. */
  readonly uploadSlots: number
}

export type LimitName = keyof TransferLimits

/** No limits but those there are by default. */
export const NO_TRANSFER_LIMITS: TransferLimits = { download: 0, upload: 0, uploadEach: 0, uploadSlots: 0 }

export const LIMIT_NAMES: readonly LimitName[] = ['download', 'upload', 'uploadEach', 'uploadSlots']

/** Those for the sharing side. */
export function uploadLimitsOf(limits: TransferLimits, defaults: UploadLimitsConfig): UploadLimitsConfig {
  return {
    slots: limits.uploadSlots === 0 ? defaults.slots : limits.uploadSlots,
    bytesPerSecond: limits.upload,
    bytesPerSecondEach: limits.uploadEach,
  }
}
