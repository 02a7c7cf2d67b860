import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { LIMIT_NAMES, type LimitName } from './transfer-limits.ts'

/** What a person can want with one transfer. */
export const TRANSFER_VERBS = ['pause', 'resume', 'cancel', 'retry', 'first', 'last'] as const
export type TransferVerb = (typeof TRANSFER_VERBS)[number]

/** What a person wants of a queue, as one process tells another that works it off. */
export type TransferWish =
  /** Of one transfer, or of all where there is no digest; `first` and `last` are of one. */
  | { readonly verb: TransferVerb; readonly digest: Digest | undefined }
  /** One is to come directly before another. */
  | { readonly verb: 'before'; readonly digest: Digest; readonly other: Digest }
  | { readonly verb: 'limit'; readonly limit: LimitName; readonly value: number }

const LIMIT_PREFIX = 'limit '
const BEFORE_PREFIX = 'before '

/** A wish as a row of the store has it. */
export function rowOfWish(wish: TransferWish): {
  readonly verb: string
  readonly digest: Digest | null
  readonly value: number | null
} {
  if (wish.verb === 'before')
    return { verb: `${BEFORE_PREFIX}${wish.other}`, digest: wish.digest, value: null }
  if (wish.verb !== 'limit') return { verb: wish.verb, digest: wish.digest ?? null, value: null }
  return { verb: `${LIMIT_PREFIX}${wish.limit}`, digest: null, value: Math.round(wish.value) }
}

/** The wish of a row of the store; `undefined` for one that makes no sense, or is of a later version. */
export function wishOf(row: Record<string, unknown>): TransferWish | undefined {
  const { value } = row
  const limit = LIMIT_NAMES.find(name => `${LIMIT_PREFIX}${name}` === row['verb'])
  if (limit !== undefined)
    return typeof value === 'number' && value >= 0 ? { verb: 'limit', limit, value } : undefined
  const text = String(row['verb'])
  if (text.startsWith(BEFORE_PREFIX)) {
    const [moved, other] = [parseDigest(String(row['digest'])), parseDigest(text.slice(BEFORE_PREFIX.length))]
    return moved === undefined || other === undefined ? undefined : { verb: 'before', digest: moved, other }
  }
  const verb = TRANSFER_VERBS.find(one => one === text)
  if (verb === undefined) return undefined
  if (row['digest'] === null) return { verb, digest: undefined }
  const digest = parseDigest(String(row['digest']))
  return digest === undefined ? undefined : { verb, digest }
}
