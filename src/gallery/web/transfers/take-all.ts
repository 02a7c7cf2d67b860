import type { MatchingAmount } from '../../gallery-shapes.ts'

/** Pictures, and bytes, beyond which a person is asked first: more than an evening's selection, and a good part of a disk. */
const ASK_COUNT = 500
const ASK_BYTES = 5e9

/** Whether a person is asked before so much is taken. */
export function needsAsking({ count, bytes }: Pick<MatchingAmount, 'count' | 'bytes'>): boolean {
  return count > ASK_COUNT || bytes > ASK_BYTES
}
