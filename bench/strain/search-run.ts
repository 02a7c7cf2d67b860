import { monotonicMs } from '../../src/base/clock.ts'
import type { ImageQuery } from '../../src/protocol/catalog-api.ts'
import type { SearchCase } from './search-mix.ts'

/** Asks for one page, and answers the cursor of the next one; `undefined` after the last. */
export type Ask = (query: ImageQuery) => Promise<string | undefined>

/** One page that was asked for. */
export interface TimedSearch {
  readonly kind: string
  readonly ms: number
}

/** Does searches one after another. Of one whose later pages are looked at, only those count. */
export async function searchAll(searches: readonly SearchCase[], ask: Ask): Promise<TimedSearch[]> {
  const timed: TimedSearch[] = []
  for (const { kind, query, furtherPages } of searches) {
    let cursor: string | undefined
    for (let page = 0; page <= furtherPages; page += 1) {
      const begunMs = monotonicMs()
      cursor = await ask(cursor === undefined ? query : { ...query, cursor })
      if (page > 0 || furtherPages === 0) timed.push({ kind, ms: monotonicMs() - begunMs })
      if (cursor === undefined) break
    }
  }
  return timed
}
