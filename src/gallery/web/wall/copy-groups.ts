import {
  compareQuality,
  foldNearCopies,
  NearCopyFinder,
  pixelsBeside,
} from '../../../peer/likeness/near-copies.ts'
import type { Picture } from '../../gallery-shapes.ts'

/**
 * Pictures that are held against each other, at most: as many as a wall holds at once. What is looked at beyond them stands
 * by itself. A page of 400 takes some ten milliseconds then.
 */
const MAX_COMPARED = 10_000

interface Group {
  /** MD5 of the one in whose place the group stands: the first that was seen, so that nothing seen ever moves. */
  readonly keeper: string
  /** The best in front. */
  copies: Picture[]
}

/**
 * Near copies among the pictures of a wall, of which each group takes the place of one: it shows the best of them, and the
 * places of the others take no room. A picture joins a group when it is first seen, and stays in it.
 */
export class CopyGroups {
  readonly #finder = new NearCopyFinder<Group>()
  readonly #groups = new Map<string, Group>()

  /** Takes over pictures that came. */
  learn(pictures: readonly Picture[]): void {
    const fresh = new Map<string, Picture>()
    for (const picture of pictures) {
      if (this.#groups.has(picture.md5)) this.replace(picture)
      else if (picture.likeness !== undefined) fresh.set(picture.md5, picture)
    }
    const room = MAX_COMPARED - this.#groups.size
    const compared = [...fresh.values()].slice(0, Math.max(0, room))
    const places = new Map(compared.map(({ md5 }, place) => [md5, place]))
    for (const copies of foldNearCopies(compared.map(picture => ({ picture, details: picture })))) {
      const joined = this.#finder.nearest(copies[0])
      const group = joined ?? { keeper: firstOf(copies, places), copies: [] }
      if (joined === undefined) this.#finder.add(copies[0], group)
      group.copies = [...group.copies, ...copies.map(({ picture }) => picture)].sort(byQuality)
      for (const { picture } of copies) this.#groups.set(picture.md5, group)
    }
  }

  /** Takes over what changed of a picture. */
  replace(picture: Picture): void {
    const group = this.#groups.get(picture.md5)
    if (group !== undefined) group.copies = group.copies.map(one => (one.md5 === picture.md5 ? picture : one))
  }

  /** Notes that the folder holds a picture now. */
  markMine(md5: string): void {
    const group = this.#groups.get(md5)
    const held = group?.copies.find(one => one.md5 === md5)
    if (group === undefined || held === undefined) return
    group.copies = group.copies.map(one => {
      if (one.md5 === md5) return mine(one)
      return one.isMine ? one : { ...one, copyHeld: pixelsBeside({ details: held }, { details: one }) }
    })
  }

  /** MD5 of the best copy of a picture that was seen. */
  frontOf(md5: string): string {
    return this.#groups.get(md5)?.copies[0]?.md5 ?? md5
  }

  /** Whether a picture stands behind another, in whose place it is. */
  isBehind({ md5 }: Picture): boolean {
    const group = this.#groups.get(md5)
    return group !== undefined && group.keeper !== md5
  }

  /** What is shown in the place of a picture that stands behind none: the best copy, and how many there are. */
  shown(picture: Picture): { readonly picture: Picture; readonly copies: number } {
    const copies = this.#groups.get(picture.md5)?.copies ?? []
    return { picture: copies[0] ?? picture, copies: Math.max(1, copies.length) }
  }

  /** The picture in whose place another is shown: itself where it has no copies. */
  keeperOf(md5: string): string {
    return this.#groups.get(md5)?.keeper ?? md5
  }
}

/** A picture that the folder holds now. */
export function mine({ copyHeld: _, ...picture }: Picture): Picture {
  return { ...picture, isMine: true }
}

function firstOf(
  copies: readonly { readonly picture: Picture }[],
  places: ReadonlyMap<string, number>,
): string {
  const md5s = copies.map(({ picture }) => picture.md5)
  return md5s.reduce((one, other) => ((places.get(one) ?? 0) < (places.get(other) ?? 0) ? one : other))
}

function byQuality(one: Picture, other: Picture): number {
  return compareQuality({ details: one }, { details: other })
}
