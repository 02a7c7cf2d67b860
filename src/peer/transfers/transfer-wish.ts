import { type Digest, parseDigest } from '../../protocol/digest.ts'

/** What a person can want with one transfer. */
export const TRANSFER_VERBS = ['pause', 'resume', 'cancel', 'retry', 'first', 'last'] as const
export type TransferVerb = (typeof TRANSFER_VERBS)[number]

/** What a person wants of a queue, as one process tells another that works it off. */
export type TransferWish =
  /** Of one transfer, or of all where there is no digest; `first` and `last` are of one. */
  | { readonly verb: TransferVerb; readonly digest: Digest | undefined }
  /** Bytes per second of all downloads; 0 for no limit. */
  | { readonly verb: 'limit'; readonly bytesPerSecond: number }

/** The wish of a row of the store; `undefined` for one that makes no sense, or is of a later version. */
export function wishOf(row: Record<string, unknown>): TransferWish | undefined {
  const { value } = row
  if (row['verb'] === 'limit')
    return typeof value === 'number' && value >= 0 ? { verb: 'limit', bytesPerSecond: value } : undefined
  const verb = TRANSFER_VERBS.find(one => one === row['verb'])
  if (verb === undefined) return undefined
  if (row['digest'] === null) return { verb, digest: undefined }
  const digest = parseDigest(String(row['digest']))
  return digest === undefined ? undefined : { verb, digest }
}
