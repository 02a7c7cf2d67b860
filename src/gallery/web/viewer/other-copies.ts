import { NearCopyFinder, pixelsBeside } from '../../../peer/likeness/near-copies.ts'
import type { Picture } from '../../gallery-shapes.ts'

/** Copies that are listed, at most: nobody looks through more. */
const MAX_LISTED = 12

/** Those of what looks like a picture that are near copies of it, without itself. */
export function otherCopies(of: Picture, alike: readonly Picture[]): readonly Picture[] {
  const finder = new NearCopyFinder<true>()
  finder.add({ details: of }, true)
  return alike
    .filter(one => one.md5 !== of.md5 && finder.nearest({ details: one }) !== undefined)
    .slice(0, MAX_LISTED)
}

/** How many pixels the copy among these has that the folder holds, beside a picture; `undefined` where it holds none. */
export function heldAmong(copies: readonly Picture[], of: Picture): Picture['copyHeld'] {
  const held = copies.find(({ isMine }) => isMine)
  return held && pixelsBeside({ details: held }, { details: of })
}
