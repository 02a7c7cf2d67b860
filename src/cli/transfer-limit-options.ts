import type { TransferLimits } from '../peer/transfers/transfer-limits.ts'
import { parseRate } from './list-query.ts'

/** Uploads at once that a person may ask for: each holds a connection, of which there are 512. */
const MAX_SLOTS = 512

/** A number of uploads at once; `undefined` for what is none. */
export function parseSlots(text: string): number | undefined {
  const slots = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0
  return slots >= 1 && slots <= MAX_SLOTS ? slots : undefined
}

/** The limits that a command line gives; what it does not say stays as it was last set. */
export function limitsOfOptions(options: ReadonlyMap<string, string>): Partial<TransferLimits> {
  const given = {
    download: parseRate(options.get('download-limit') ?? ''),
    upload: parseRate(options.get('upload-limit') ?? ''),
    uploadEach: parseRate(options.get('upload-limit-each') ?? ''),
    uploadSlots: parseSlots(options.get('upload-slots') ?? ''),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
