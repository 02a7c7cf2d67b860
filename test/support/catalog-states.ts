import { Catalog } from '../../src/catalog/catalog.ts'
import type { CatalogLimits } from '../../src/catalog/catalog-limits.ts'
import type { CatalogTimes } from '../../src/catalog/catalog-times.ts'
import type { Image, ImageQuery } from '../../src/protocol/catalog-api.ts'
import type { IndexState, Viewpoint } from '../../src/server/index-state.ts'
import { type CatalogJournal, NO_JOURNAL } from '../../src/server/journal/catalog-journal.ts'
import { AbsentRegistrations, DEFAULT_ABSENCE_LIMITS } from '../../src/server/state/absent-registrations.ts'
import { CatalogState } from '../../src/server/state/catalog-state.ts'
import { WIDE_LIMITS } from './catalog-driver.ts'

/** Who sees owners where they are. */
export const AS_IS: Viewpoint = { loopbackAs: undefined }

/** A real state over a real catalog, on a clock that a test turns. */
export function catalogState(
  options: {
    readonly limits?: Partial<CatalogLimits>
    readonly times?: CatalogTimes
    readonly journal?: CatalogJournal
  } = {},
): { state: CatalogState; catalog: Catalog; clock: { seconds: number }; absent: AbsentRegistrations } {
  const clock = { seconds: 1000 }
  const catalog = new Catalog({ ...WIDE_LIMITS, ...options.limits }, options.times)
  const absent = new AbsentRegistrations(DEFAULT_ABSENCE_LIMITS)
  const state = new CatalogState({
    catalog,
    absent,
    journal: options.journal ?? NO_JOURNAL,
    nowSeconds: () => clock.seconds,
    nowMs: () => clock.seconds * 1000,
    onCommit: () => {},
  })
  return { state, catalog, clock, absent }
}

/** Every image of a listing, page by page. */
export async function listAll(state: IndexState, query: ImageQuery = {}): Promise<Image[]> {
  const images: Image[] = []
  let cursor: string | undefined
  do {
    const asked = cursor === undefined ? query : { ...query, cursor }
    const page = await state.page(asked, AS_IS, new AbortController().signal)
    if (page === undefined) throw new Error(`no cursor: ${cursor}`)
    images.push(...page.images)
    cursor = page.next
  } while (cursor !== undefined)
  return images
}
