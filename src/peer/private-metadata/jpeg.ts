import { big16, holds, latin1 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Extent, Section } from './section.ts'

// Second bytes of markers, ITU-T T.81 table B.1.
const START_OF_IMAGE = 0xd8
const END_OF_IMAGE = 0xd9
const START_OF_SCAN = 0xda
const FIRST_APP = 0xe0
const LAST_APP = 0xef

const MAX_SEGMENTS = 65_536
/** JPEGs behind the first one: previews and gain maps, of which cameras write up to three. */
const MAX_PICTURES = 64
/** Segments that one long text, or a row of Photoshop's resources, is cut into: 64 MB. */
const MAX_PARTS = 1024
const SCAN_CHUNK_BYTES = 64 * 1024

const EXIF_SIGNATURE = 'Exif\0'
const EXIF_SIGNATURE_BYTES = 6
const XMP_SIGNATURE = 'http://ns.adobe.com/xap/1.0/\0'
/** Parts of one text too long for a segment; after the signature a digest, the whole length, and where the part goes. */
const LONG_XMP_SIGNATURE = 'http://ns.adobe.com/xmp/extension/\0'
const LONG_XMP_HEADER_BYTES = LONG_XMP_SIGNATURE.length + 32 + 4 + 4
const PHOTOSHOP_SIGNATURE = 'Photoshop 3.0\0'

/** Segments that hold nothing private. All others are the camera's or a program's own, and some hold serial numbers. */
const HARMLESS: readonly (readonly [app: number, signature: string])[] = [
  [0, 'JFIF\0'],
  [0, 'JFXX\0'],
  [0, 'AMPF\0'],
  [2, 'ICC_PROFILE\0'],
  // Where the pictures behind this one are (CIPA DC-007), and how a gain map applies (ISO 21496-1).
  [2, 'MPF\0'],
  [2, 'urn:iso:std:iso:ts:21496:-1\0'],
  [12, 'Ducky'],
  [14, 'Adobe'],
]

/** A JPEG, and the JPEGs behind it. Anything else behind it (videos, a phone's own records) becomes zeros. */
export function cleanJpeg(section: Section): void {
  let at = new JpegCleaning(section).run(0)
  for (let count = 0; ; count += 1) {
    at = afterZeros(section, at)
    if (at >= section.size) return
    if (!holds(section.readUpTo(at, 3), 0, '\xff\xd8\xff') || count >= MAX_PICTURES) break
    at = new JpegCleaning(section).run(at)
  }
  section.found('embedded', 'trailer', trailerName(section, at))
  section.blank(at, section.size - at)
}

/** A strip or tile of a TIFF: only what stands before its scan. */
export function cleanJpegTables(section: Section): void {
  new JpegCleaning(section).run(0, false)
}

class JpegCleaning {
  readonly #section: Section
  readonly #photoshop: Extent[] = []
  readonly #longXmp: { readonly segment: Extent; readonly text: Extent }[] = []

  constructor(section: Section) {
    this.#section = section
  }

  /** Cleans the picture that begins at `start` and tells where it ends. */
  run(start: number, withScans = true): number {
    const end = this.#walk(start, withScans)
    if (Math.max(this.#photoshop.length, this.#longXmp.length) > MAX_PARTS) throw new Refusal('tooComplex')
    if (this.#photoshop.length > 0) this.#section.part(...this.#photoshop).clean('photoshop')
    if (this.#longXmp.length > 0) this.#cleanLongXmp()
    return end
  }

  #walk(start: number, withScans: boolean): number {
    const section = this.#section
    if (!holds(section.readUpTo(start, 2), 0, '\xff\xd8')) throw new Refusal('malformed')
    let at = start + 2
    for (let count = 0; count < MAX_SEGMENTS; ) {
      // Without its end a picture is still shown, as far as it goes.
      if (at >= section.size) return section.size
      const [first, marker = 0] = section.readUpTo(at, 2)
      if (first !== 0xff) throw new Refusal('malformed')
      if (marker === 0xff) {
        // Any number of fill bytes may stand before a marker.
        at += 1
        continue
      }
      count += 1
      if (marker === END_OF_IMAGE) return at + 2
      if (marker === START_OF_IMAGE) throw new Refusal('malformed')
      if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
        at += 2
        continue
      }
      const length = big16(section.read(at + 2, 2), 0)
      if (length < 2) throw new Refusal('malformed')
      const content = { at: at + 4, length: length - 2 }
      if (!section.holds(content.at, content.length)) throw new Refusal('cutShort')
      if (marker >= FIRST_APP && marker <= LAST_APP) this.#cleanSegment(marker - FIRST_APP, content)
      at = content.at + content.length
      if (marker === START_OF_SCAN) {
        if (!withScans) return at
        at = afterScan(section, at)
      }
    }
    throw new Refusal('tooComplex')
  }

  #cleanSegment(app: number, content: Extent): void {
    const section = this.#section
    const head = section.readUpTo(content.at, Math.min(content.length, LONG_XMP_HEADER_BYTES))
    const behind = (bytes: number): Extent => ({ at: content.at + bytes, length: content.length - bytes })
    if (app === 1 && holds(head, 0, EXIF_SIGNATURE) && isTiff(head.subarray(EXIF_SIGNATURE_BYTES))) {
      section.part(behind(EXIF_SIGNATURE_BYTES)).clean('exif')
    } else if (app === 1 && holds(head, 0, XMP_SIGNATURE)) {
      section.part(behind(XMP_SIGNATURE.length)).clean('xmp')
    } else if (app === 1 && holds(head, 0, LONG_XMP_SIGNATURE) && content.length > LONG_XMP_HEADER_BYTES) {
      this.#longXmp.push({ segment: content, text: behind(LONG_XMP_HEADER_BYTES) })
    } else if (app === 13 && holds(head, 0, PHOTOSHOP_SIGNATURE)) {
      this.#photoshop.push(behind(PHOTOSHOP_SIGNATURE.length))
    } else if (!HARMLESS.some(([known, signature]) => app === known && holds(head, 0, signature))) {
      if (section.isZero(content.at, content.length)) return
      section.found('unknown', 'container', `APP${app}`)
      section.blank(content.at, content.length)
    }
  }

  /**
   * A reader may compare the long text with its digest, so it is blanked as a whole, segments and all, or stays as it is.
   * Writers put its parts in their order; where they did not it is no XML, and goes.
   */
  #cleanLongXmp(): void {
    const section = this.#section
    const text = section.part(...this.#longXmp.map(part => part.text)).readAll()
    const cleaned = section.cleaned(text, 'xmp')
    if (Buffer.compare(text, cleaned) === 0) return
    for (const { segment } of this.#longXmp) section.blank(segment.at, segment.length)
  }
}

function isTiff(head: Uint8Array): boolean {
  return holds(head, 0, 'II') || holds(head, 0, 'MM')
}

/** Where the marker stands that ends the scan; the end of the section where none does. */
function afterScan(section: Section, start: number): number {
  for (let at = start; at < section.size; ) {
    const bytes = section.view(at, SCAN_CHUNK_BYTES)
    // A Buffer finds a byte twice as fast as its array does.
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let index = chunk.indexOf(0xff); index >= 0; index = chunk.indexOf(0xff, index + 1)) {
      if (index + 1 >= chunk.length) break
      const next = chunk[index + 1] ?? 0
      // Stuffed zeros, restart markers and fill bytes are part of the scan.
      if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at + index
    }
    if (at + chunk.length >= section.size) return section.size
    // The last byte again, which may be the first half of a marker.
    at += chunk.length - 1
  }
  return section.size
}

function afterZeros(section: Section, start: number): number {
  for (let at = start; at < section.size; ) {
    const chunk = section.view(at, SCAN_CHUNK_BYTES)
    const other = chunk.findIndex(byte => byte !== 0)
    if (other >= 0) return at + other
    at += chunk.length
  }
  return section.size
}

function trailerName(section: Section, at: number): string {
  // The zeros before belong to the length of a video's first box.
  if (latin1(section.readUpTo(at, 8)).includes('ftyp')) return 'video'
  if (section.size - at >= 4 && holds(section.read(section.size - 4, 4), 0, 'SEFT')) return 'Samsung trailer'
  return 'data behind the picture'
}
