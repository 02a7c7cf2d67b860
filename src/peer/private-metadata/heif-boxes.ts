import { big32, latin1 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Section } from './section.ts'

/** Boxes side by side: a picture of hundreds of tiles has as many descriptions of items. */
const MAX_BOXES = 65_536

/** A box of the ISO base media file format (ISO/IEC 14496-12, 4.2). */
export interface Box {
  readonly type: string
  /** Where it begins, its header included. */
  readonly at: number
  /** What it holds: `[start, end)`. */
  readonly start: number
  readonly end: number
}

/** The boxes of `[start, end)`, which have to fill it. */
export function boxesOf(section: Section, start: number, end: number): Box[] {
  const boxes: Box[] = []
  for (let at = start; at < end; ) {
    if (boxes.length >= MAX_BOXES) throw new Refusal('tooComplex')
    if (at + 8 > end) throw new Refusal('cutShort')
    const header = section.readUpTo(at, 16)
    const shortLength = big32(header, 0)
    const isLong = shortLength === 1
    const length = isLong ? big32(header, 8) * 2 ** 32 + big32(header, 12) : shortLength || end - at
    const headerBytes = isLong ? 16 : 8
    if (length < headerBytes) throw new Refusal('malformed')
    if (at + length > end) throw new Refusal('cutShort')
    boxes.push({ type: latin1(header, 4, 8), at, start: at + headerBytes, end: at + length })
    at += length
  }
  return boxes
}

/** Boxes that are there to be passed over. */
export const FREE_TYPES: ReadonlySet<string> = new Set(['free', 'skip'])

/** Makes of a box one that everybody passes over, with zeros in it. */
export function free(section: Section, box: Box): void {
  if (!FREE_TYPES.has(box.type)) section.overwrite(box.at + 4, Buffer.from('free', 'latin1'))
  if (!section.isZero(box.start, box.end - box.start)) section.blank(box.start, box.end - box.start)
}
