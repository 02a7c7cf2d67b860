import { createRandom, type Random } from '../../src/demo/random.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import { familyName, makeOccasion, namingOf, pickLanguage } from './photo-names.ts'

/** Pictures that each peer has of its own. 20,000 peers have a million. */
export const PHOTOS_PER_PEER = 50
/** Occasions at which they were taken. */
const OCCASIONS = 5
/** Pictures of others that each peer has too, mostly of the first peers: some pictures have many owners. */
const SHARED_PER_PEER = 2
const SHARING_PEERS = 200
/** Of a hundred pictures, those of which nothing but the name is known: old clients tell no more. */
const UNDESCRIBED_OF_HUNDRED = 10

/** Pixels of the longer and the shorter side, as cameras and phones have them. */
const SIZES = [
  [4032, 3024],
  [4000, 3000],
  [6000, 4000],
  [4608, 2592],
  [3264, 2448],
  [1600, 1200],
  [1080, 1080],
  [2340, 1080],
] as const
const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'jpeg',
  jpg: 'jpeg',
  png: 'png',
  heic: 'heif',
  tif: 'tiff',
  webp: 'webp',
}

/** The family name of the peer with this number: what a search for its pictures is likely to hold. */
export function familyOf(peer: number): string {
  return familyName(createRandom(seedOf(peer)))
}

/** What the peer with this number, from 0 on, registers: its own pictures, and some that others have too. */
export function collectionOf(peer: number): readonly ImageEntry[] {
  const random = createRandom(~seedOf(peer))
  const shared = Array.from({ length: peer === 0 ? 0 : SHARED_PER_PEER }, () => {
    // Mostly of the first of those peers, and never its own.
    const owner = Math.floor(random() ** 3 * Math.min(SHARING_PEERS, peer))
    return sharedPhotosOf(owner)[Math.floor(random() * PHOTOS_PER_PEER)]
  })
  return [...photosOf(peer), ...new Set(shared.filter(photo => photo !== undefined))]
}

/** By peer, what the first of them share: at most SHARING_PEERS lists. */
const sharedPhotos = new Map<number, readonly ImageEntry[]>()

function sharedPhotosOf(peer: number): readonly ImageEntry[] {
  const known = sharedPhotos.get(peer) ?? photosOf(peer)
  sharedPhotos.set(peer, known)
  return known
}

/** The pictures that the peer with this number took. */
export function photosOf(peer: number): readonly ImageEntry[] {
  const random = createRandom(seedOf(peer))
  const family = familyName(random)
  const language = pickLanguage(random)
  let counter = Math.floor(random() * 9000)
  const photos: ImageEntry[] = []
  for (let at = 0; at < OCCASIONS; at += 1) {
    const occasion = makeOccasion(language, family, random)
    const naming = namingOf(random)
    let taken = Date.UTC(occasion.year, occasion.month - 1, 1 + random() * 27, random() * 24)
    for (let ordinal = 1; ordinal <= PHOTOS_PER_PEER / OCCASIONS; ordinal += 1) {
      counter += 1 + Math.floor(random() * 3)
      taken += random() * 600_000
      const name = naming({ counter, ordinal, taken: new Date(taken), random }, occasion)
      photos.push({ md5: randomDigest(random), name, ...describe(name, taken, random) })
    }
  }
  return photos
}

function describe(name: string, taken: number, random: Random): Omit<ImageEntry, 'md5' | 'name'> {
  if (random() * 100 < UNDESCRIBED_OF_HUNDRED) return {}
  const [longer, shorter] = SIZES[Math.floor(random() * SIZES.length)] ?? SIZES[0]
  const isPortrait = random() < 1 / 3
  const format = FORMATS[name.slice(name.lastIndexOf('.') + 1).toLowerCase()]
  return {
    bytes: Math.ceil(longer * shorter * (0.1 + random() * 0.4)),
    width: isPortrait ? shorter : longer,
    height: isPortrait ? longer : shorter,
    ...(format !== undefined && { format }),
    taken: Math.floor(taken / 1000),
  }
}

function randomDigest(random: Random): string {
  return Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
}

/** Seeds far apart for numbers that are not (Knuth 6.4). */
function seedOf(peer: number): number {
  return Math.imul(peer + 1, 0x9e37_79b1)
}
