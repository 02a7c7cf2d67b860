import type { Digest } from '../../protocol/digest.ts'
import type { Transfer } from './transfer.ts'

/**
 * The ranks that bring `digest` directly before `before` and leave all others in their order: those between the two places
 * are dealt out anew, so that no rank is new. `ordered` are the transfers that wait for their turn, the first first; what
 * is not among them is left alone.
 */
export function ranksAfterMove(
  ordered: readonly Pick<Transfer, 'digest' | 'rank'>[],
  digest: Digest,
  before: Digest,
): ReadonlyMap<Digest, number> {
  const from = ordered.findIndex(transfer => transfer.digest === digest)
  const mark = ordered.findIndex(transfer => transfer.digest === before)
  const moved = ordered[from]
  if (moved === undefined || mark === -1 || from === mark) return new Map()
  const to = mark > from ? mark - 1 : mark
  const [start, end] = [Math.min(from, to), Math.max(from, to)]
  const between = ordered.slice(start, end + 1).filter(transfer => transfer !== moved)
  const rearranged = to < from ? [moved, ...between] : [...between, moved]
  return new Map(rearranged.map((transfer, index) => [transfer.digest, ordered[start + index]?.rank ?? 0]))
}
