import { createHash } from 'node:crypto'
import type { Random } from '../../src/demo/random.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { ImageDetails } from '../../src/protocol/image-details.ts'

/** Images that anybody may register; by chance several have the same one. */
const SHARED_IMAGES = 60

/** What a registration has to choose from of its own: more than its lists hold, so that most changes change something. */
export const OWN_IMAGES = 2500

/** Names that one image goes by; the first that is registered stands as long as somebody has it. */
const NAMES_OF_ONE = 3

const FORMATS = ['jpeg', 'png', 'webp', 'heic'] as const

/** The images that anybody may register, always under one name and with one description, by their digests. */
export const SHARED: ReadonlyMap<string, ImageEntry> = new Map(
  Array.from({ length: SHARED_IMAGES }, (_, number) => {
    const md5 = digestOf(`shared ${number}`)
    const sizes = { bytes: 1000 + number, width: 100 + number, height: 200 + number }
    return [md5, { md5, name: `praça, ${number}.jpeg`, ...sizes, format: 'jpeg' }] as const
  }),
)

/** One of the images that are shared, as it is always registered. */
export function chooseSharedImage(random: Random): ImageEntry {
  const all = [...SHARED.values()]
  const chosen = all[Math.floor(random() * all.length)]
  if (chosen === undefined) throw new Error('there is no shared image')
  return chosen
}

/** Image `number` of a registration's own, under one of its names and with what is said of it this time. */
export function ownImage(owner: string, number: number, random: Random): ImageEntry {
  const name = `férias, ${number} de ${owner} (${Math.floor(random() * NAMES_OF_ONE)}).jpg`
  return { md5: digestOf(`${owner} ${number}`), name, ...someDetails(random) }
}

/** What stands of an image besides its digest and name. */
export function detailsOf({ md5: _, name: __, ...details }: ImageEntry): ImageDetails {
  return details
}

function someDetails(random: Random): ImageDetails {
  const upTo = (limit: number) => 1 + Math.floor(random() * limit)
  return {
    ...(random() < 0.8 && { bytes: upTo(30_000_000) }),
    ...(random() < 0.6 && { width: upTo(8000), height: upTo(6000) }),
    ...(random() < 0.5 && { format: FORMATS[Math.floor(random() * FORMATS.length)] ?? 'png' }),
    ...(random() < 0.3 && { taken: upTo(1_700_000_000) }),
    ...(random() < 0.3 && { sha256: createHash('sha256').update(String(random())).digest('hex') }),
  }
}

function digestOf(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
