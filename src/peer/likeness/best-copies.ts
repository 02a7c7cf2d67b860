import { setImmediate } from 'node:timers/promises'
import { type Comparable, foldingNearCopies } from './near-copies.ts'

/**
 * Images that are held against each other at once: as many take one to two seconds of a core, in steps. Of more, copies are told among
 * those of the same stretch only.
 */
export const COMPARED_AT_ONCE = 20_000

/**
 * Of near copies among images only the best, in whose place the first of them stood; of all others, each. Event loop and
 * signal get their turn every few milliseconds, but for the sorting of a stretch; rejects only with the signal's reason.
 */
export async function bestCopies<Image extends Comparable>(
  images: readonly Image[],
  signal: AbortSignal,
): Promise<Image[]> {
  const best: Image[] = []
  for (let start = 0; start < images.length; start += COMPARED_AT_ONCE) {
    const folding = foldingNearCopies(images.slice(start, start + COMPARED_AT_ONCE))
    let step = folding.next()
    while (!step.done) {
      await setImmediate()
      signal.throwIfAborted()
      step = folding.next()
    }
    for (const [front] of step.value) best.push(front)
  }
  return best
}
