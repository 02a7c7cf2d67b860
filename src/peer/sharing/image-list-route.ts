import { setImmediate } from 'node:timers/promises'
import { DEFAULT_PAGE_ENTRIES, MAX_PAGE_ENTRIES } from '../../protocol/catalog-api.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { catalogEntryOf } from '../catalog-entry.ts'
import type { SharedImage } from '../library/image-file.ts'
import type { Library } from '../library/library.ts'
import { readNumber, readParameter } from './query-parameters.ts'
import type { ShareRequest, ShareResponse } from './share-message.ts'
import { problemResponse } from './share-problems.ts'

/** Images read between two turns of the event loop: some 2 ms in the largest folder, so that nobody's transfer waits. */
const IMAGES_AT_ONCE = 100

/**
 * Answers GET and HEAD of `/images`: a page of what is shared, by ascending digest. The cursor is the digest of the last
 * image shown, so no image that stays is missed or told twice, whatever comes and goes between two pages. Rejects only
 * with the signal's reason.
 */
export async function answerImageList(
  { query }: ShareRequest,
  library: Pick<Library, 'page'>,
  signal: AbortSignal,
): Promise<ShareResponse> {
  const limit = readNumber(query, 'limit', { least: 1, most: MAX_PAGE_ENTRIES, absent: DEFAULT_PAGE_ENTRIES })
  if (limit === undefined) {
    return problemResponse('badQuery', { detail: `“limit” is a number from 1 to ${MAX_PAGE_ENTRIES}.` })
  }
  const cursor = readParameter(query, 'cursor')
  const after = cursor === undefined || cursor === 'repeated' ? undefined : parseDigest(cursor.value)
  if (cursor !== undefined && after === undefined) {
    return problemResponse('badQuery', { detail: '“cursor” is the “next” of the page before.' })
  }
  // One more than is shown says whether there is another page.
  const found = await readImages(library, after, limit + 1, signal)
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const page = {
    images: shown.map(entryOf),
    ...(last === undefined ? {} : { next: last.digest }),
  }
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
    body: Buffer.from(JSON.stringify(page)),
  }
}

async function readImages(
  library: Pick<Library, 'page'>,
  after: Digest | undefined,
  count: number,
  signal: AbortSignal,
): Promise<SharedImage[]> {
  const images: SharedImage[] = []
  for (;;) {
    const wanted = Math.min(IMAGES_AT_ONCE, count - images.length)
    const found = library.page(images.at(-1)?.digest ?? after, wanted)
    images.push(...found)
    if (found.length < wanted || images.length === count) return images
    await setImmediate()
    signal.throwIfAborted()
  }
}

/** Size and format are told of every image, also where another detail is beyond what a catalog takes. */
function entryOf(image: SharedImage) {
  const { bytes, format } = image.details ?? {}
  return { ...catalogEntryOf(image), bytes, format }
}
