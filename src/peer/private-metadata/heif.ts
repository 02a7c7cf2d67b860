import { big32, holds, latin1 } from '../byte-reading.ts'
import { type Box, boxesOf, FREE_TYPES, free } from './heif-boxes.ts'
import { FULL_BOX_BYTES, type ItemKind, readItemKinds, readItemPlaces } from './heif-items.ts'
import { Refusal } from './private-metadata.ts'
import type { Extent, Section } from './section.ts'

/** Items that are pictures, or parts of one, or say how parts make one (ISO/IEC 23008-12; AVIF; ISO 21496-1). */
const PICTURES: ReadonlySet<string> = new Set(
  'av01 avc1 evc1 grid hvc1 hvc2 hvt1 iden iovl j2k1 lhv1 mski rgan sato tili tmap unci vvc1 vvcN'.split(' '),
)

/** Before an EXIF block stands that number, and at most what a JPEG has there, `Exif` and two NULs. */
const MAX_BEFORE_EXIF_BYTES = 10

/** Boxes of a `meta` box that describe its items (ISO/IEC 14496-12, 8.11). */
const META_BOXES: ReadonlySet<string> = new Set(
  'hdlr pitm iinf iref iprp iloc idat dinf grpl ipro'.split(' '),
)

/** Boxes of a sequence of pictures that hold boxes, and the kinds of tracks that are pictures. */
const MOVIE_CONTAINERS: ReadonlySet<string> = new Set('moov trak mdia minf stbl edts dinf'.split(' '))
const MOVIE_METADATA: ReadonlySet<string> = new Set(['udta', 'uuid'])
const PICTURE_TRACKS: ReadonlySet<string> = new Set(['pict', 'auxv', 'vide'])

/**
 * HEIF, HEIC and AVIF: items of metadata are cleaned in their places, boxes that are not known become `free`, and what
 * of the media data belongs to no item becomes zeros.
 */
export function cleanHeif(section: Section): void {
  const boxes = boxesOf(section, 0, section.size)
  const used: Extent[] = []
  for (const box of boxes) {
    if (box.type === 'meta') used.push(...cleanMeta(section, box))
    else if (box.type === 'moov') cleanMovie(section, box)
    else if (box.type !== 'ftyp' && box.type !== 'mdat') freeUnknown(section, box, 'embedded')
  }
  const isSequence = boxes.some(({ type }) => type === 'moov')
  if (!isSequence && used.length > 0) {
    for (const box of boxes.filter(({ type }) => type === 'mdat')) blankUnused(section, box, used)
  }
}

function freeUnknown(section: Section, box: Box, kind: 'embedded' | 'unknown'): void {
  if (FREE_TYPES.has(box.type) && section.isZero(box.start, box.end - box.start)) return
  section.found(kind, 'container', box.type)
  free(section, box)
}

/** Cleans the items, and tells where all of them lie. */
function cleanMeta(section: Section, meta: Box): Extent[] {
  const boxes = boxesOf(section, meta.start + FULL_BOX_BYTES, meta.end)
  for (const box of boxes) if (!META_BOXES.has(box.type)) freeUnknown(section, box, 'unknown')
  const boxOf = (type: string): Box | undefined => boxes.find(box => box.type === type)
  const [iinf, iloc, iprp] = [boxOf('iinf'), boxOf('iloc'), boxOf('iprp')]
  if (iprp !== undefined) freeUnknownProperties(section, iprp)
  if (iinf === undefined || iloc === undefined) throw new Refusal('malformed')
  const kinds = readItemKinds(section, iinf)
  const places = readItemPlaces(section, iloc, boxOf('idat'))
  const pictures: Extent[] = []
  const others: { readonly kind: ItemKind; readonly extents: readonly Extent[] }[] = []
  for (const [id, { extents }] of places) {
    const kind = kinds.get(id)
    if (kind !== undefined && PICTURES.has(kind.type)) pictures.push(...(extents ?? []))
    else if (extents === undefined) throw new Refusal('malformed')
    else others.push({ kind: kind ?? { type: '', contentType: '', contentEncoding: '' }, extents })
  }
  const metadata = others.flatMap(({ extents }) => extents)
  // An extent without a length goes on to the end of the file, and a metadata item does not.
  if (metadata.some(({ length }) => length === 0)) throw new Refusal('malformed')
  mustNotOverlap(metadata, pictures)
  for (const { kind, extents } of others) cleanItem(section.part(...extents), kind)
  return [...pictures.map(extent => withLength(extent, section.size)), ...metadata]
}

function withLength({ at, length }: Extent, size: number): Extent {
  return { at, length: length === 0 ? size - at : length }
}

function cleanItem(item: Section, { type, contentType, contentEncoding }: ItemKind): void {
  const isXmp = type === 'mime' && contentType === 'application/rdf+xml' && contentEncoding === ''
  if (item.size === 0) return
  if (type === 'Exif') {
    // A number before the block says how many bytes further it begins (ISO/IEC 23008-12, A.2.1).
    const at = FULL_BOX_BYTES + big32(item.read(0, 4), 0)
    if (at > MAX_BEFORE_EXIF_BYTES || !item.holds(at, 8)) throw new Refusal('malformed')
    item.part({ at, length: item.size - at }).clean('exif')
  } else if (isXmp) item.clean('xmp')
  else if (type === 'jpeg' || (type === 'mime' && contentType === 'image/jpeg')) item.clean('jpeg')
  else if (!item.isZero(0, item.size)) {
    item.found('unknown', 'container', type === 'mime' ? contentType : type)
    item.blank(0, item.size)
  }
}

/** Properties of a number instead of a name are a program's own; they keep their place in the list. */
function freeUnknownProperties(section: Section, iprp: Box): void {
  for (const list of boxesOf(section, iprp.start, iprp.end)) {
    if (list.type !== 'ipco') continue
    for (const box of boxesOf(section, list.start, list.end)) {
      if (box.type === 'uuid') freeUnknown(section, box, 'unknown')
    }
  }
}

function cleanMovie(section: Section, box: Box): void {
  for (const inner of boxesOf(section, box.start, box.end)) {
    if (MOVIE_METADATA.has(inner.type)) freeUnknown(section, inner, 'unknown')
    else if (inner.type === 'meta') cleanMovieMeta(section, inner)
    else if (MOVIE_CONTAINERS.has(inner.type)) cleanMovie(section, inner)
    else if (inner.type === 'hdlr' && box.type === 'mdia') {
      // Sound, and metadata that runs along: what they hold is in no form that is read here.
      const handler = latin1(section.read(inner.start + 8, 4))
      if (!PICTURE_TRACKS.has(handler)) throw new Refusal('format')
    }
  }
}

/** A track's items lie in the media data like the file's own; QuickTime's `meta` is another box of the same name. */
function cleanMovieMeta(section: Section, meta: Box): void {
  const isOfItems =
    holds(section.readUpTo(meta.start + FULL_BOX_BYTES + 4, 4), 0, 'hdlr') &&
    boxesOf(section, meta.start + FULL_BOX_BYTES, meta.end).some(({ type }) => type === 'iloc')
  if (isOfItems) cleanMeta(section, meta)
  else freeUnknown(section, meta, 'unknown')
}

function mustNotOverlap(metadata: readonly Extent[], pictures: readonly Extent[]): void {
  const byPlace = [
    ...metadata.map(extent => ({ ...extent, isPicture: false })),
    ...pictures.map(extent => ({ ...extent, isPicture: true })),
  ].sort((one, other) => one.at - other.at)
  let [pictureEnd, metadataEnd] = [0, 0]
  for (const { at, length, isPicture } of byPlace) {
    const end = length === 0 && isPicture ? Number.POSITIVE_INFINITY : at + length
    if (at < (isPicture ? metadataEnd : pictureEnd)) throw new Refusal('overlap')
    if (isPicture) pictureEnd = Math.max(pictureEnd, end)
    else metadataEnd = Math.max(metadataEnd, end)
  }
}

function blankUnused(section: Section, mdat: Box, used: readonly Extent[]): void {
  let end = mdat.start
  for (const { at, length } of [...used, { at: mdat.end, length: 0 }].sort((a, b) => a.at - b.at)) {
    const gapEnd = Math.min(at, mdat.end)
    if (gapEnd > end && !section.isZero(end, gapEnd - end)) {
      section.found('unknown', 'container', 'mdat')
      section.blank(end, gapEnd - end)
    }
    end = Math.max(end, at + length)
  }
}
