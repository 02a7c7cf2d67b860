import sharp from 'sharp'
import type { Pixels } from '../../src/peer/likeness/perceptual-hash.ts'
import { thumbnailOf } from '../../src/peer/previews/thumbnail.ts'
import type { HashFindings } from './likeness-results.ts'
import { drawOriginal } from './picture-set.ts'
import type { PictureHash } from './rival-hashes.ts'
import { SCENE_KINDS } from './scenes.ts'
import { type Original, TRANSFORMS, type Transform } from './transforms.ts'

/** The set as thumbnails. */
export interface ThumbnailSet {
  readonly originals: readonly Pixels[]
  /** By transform, in the order of the originals. */
  readonly variants: Readonly<Record<Transform, readonly Pixels[]>>
  /** Different scenes of one kind, by kind. */
  readonly kinds: readonly (readonly Pixels[])[]
}

/** Seeds from here on are of scenes that are in no other part of the set. */
const FIRST_KIND_SEED = 100

const TRANSFORM_NAMES = Object.keys(TRANSFORMS) as Transform[]
const UNMIRRORED: readonly Transform[] = TRANSFORM_NAMES.filter(name => name !== 'mirrored')

/** Transforms the originals, and draws so many scenes of each kind beside. */
export async function makeThumbnails(
  originals: readonly Original[],
  ofEachKind: number,
): Promise<ThumbnailSet> {
  const variants = Object.fromEntries(TRANSFORM_NAMES.map(name => [name, [] as Pixels[]])) as Record<
    Transform,
    Pixels[]
  >
  for (const original of originals) {
    for (const name of TRANSFORM_NAMES) variants[name].push(await thumbnail(await TRANSFORMS[name](original)))
  }
  const kinds: Pixels[][] = []
  for (const kind of SCENE_KINDS) {
    const scenes: Pixels[] = []
    for (let seed = FIRST_KIND_SEED; seed < FIRST_KIND_SEED + ofEachKind; seed += 1) {
      scenes.push(await thumbnail((await drawOriginal(kind, seed, 'jpeg')).bytes))
    }
    kinds.push(scenes)
  }
  return { originals: await Promise.all(originals.map(({ bytes }) => thumbnail(bytes))), variants, kinds }
}

function thumbnail(bytes: Buffer): Promise<Pixels> {
  return thumbnailOf(sharp(bytes, { autoOrient: true }))
}

/** What a hash finds in the set. */
export function findingsOf(hash: PictureHash, set: ThumbnailSet): HashFindings {
  const hashAll = (all: readonly Pixels[]) => all.map(pixels => hash.bitsOf(pixels))
  const isAlike = (one: Bits, other: Bits) => bitsApart(one, other) <= hash.radius
  const originals = hashAll(set.originals)
  const variants = TRANSFORM_NAMES.map(name => [name, hashAll(set.variants[name])] as const)
  const found = variants.map(([name, hashes]): [Transform, number] => [
    name,
    share(hashes.map((bits, index) => isAlike(bits, originals[index]))),
  ])
  const unmirrored = variants.filter(([name]) => UNMIRRORED.includes(name)).map(([, hashes]) => hashes)
  const unrelated = originals.flatMap((bits, index) => [
    ...originals.slice(index + 1).map(other => isAlike(bits, other)),
    ...unmirrored.flatMap(hashes =>
      hashes.filter((_, of) => of !== index).map(other => isAlike(bits, other)),
    ),
  ])
  const sameKind = set.kinds.flatMap(pixels => {
    const hashes = hashAll(pixels)
    return hashes.flatMap((bits, index) => hashes.slice(index + 1).map(other => isAlike(bits, other)))
  })
  const { name, bits, radius } = hash
  return {
    ...{ name, bits, radius },
    found: Object.fromEntries(found) as Record<Transform, number>,
    foundUnmirrored: mean(found.filter(([of]) => UNMIRRORED.includes(of)).map(([, part]) => part)),
    unrelated: share(unrelated),
    sameKind: share(sameKind),
  }
}

type Bits = readonly number[] | undefined

function bitsApart(one: Bits, other: Bits): number {
  if (one === undefined || other === undefined) return Number.POSITIVE_INFINITY
  return one.reduce((sum, bit, index) => sum + Number(bit !== other[index]), 0)
}

function share(hits: readonly boolean[]): number {
  return mean(hits.map(Number))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
