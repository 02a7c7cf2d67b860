import { crc32 } from 'node:zlib'
import { big32, holds, latin1 } from '../byte-reading.ts'
import { cleanPngText } from './png-text.ts'
import { Refusal } from './private-metadata.ts'
import { MAX_BLOCK_BYTES, type Section } from './section.ts'

const SIGNATURE_BYTES = 8
const TYPE_AT = 4
const DATA_AT = 8
const CHECKSUM_BYTES = 4

/** Chunks of one file: an animation or a picture written in pieces of 8 KB has some 10,000. */
const MAX_CHUNKS = 262_144

/** Chunks that hold nothing private: those of PNG 3 and of its extensions, how Apple's decoder divides its
 * work, and ImageMagick's canvas. */
const HARMLESS: ReadonlySet<string> = new Set(
  `IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST pHYs sPLT tIME
  acTL fcTL fdAT oFFs pCAL sCAL gIFg sTER iDOT vpAg orNT caNv`.split(/\s+/),
)
const TEXT_CHUNKS: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt'])

/** What a chunk becomes of which nothing is left: ancillary, private, and passed over by everybody. */
const EMPTY_TYPE = 'voId'

/** The chunks of a PNG; those that change keep their length and get a new checksum. */
export function cleanPng(section: Section): void {
  let at = SIGNATURE_BYTES
  for (let count = 0; at < section.size; count += 1) {
    if (count >= MAX_CHUNKS) throw new Refusal('tooComplex')
    const header = section.read(at, DATA_AT)
    const length = big32(header, 0)
    const type = latin1(header, TYPE_AT, DATA_AT)
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Refusal('malformed')
    if (!section.holds(at, DATA_AT + length + CHECKSUM_BYTES)) throw new Refusal('cutShort')
    if (!HARMLESS.has(type)) cleanChunk(section, at, type, length)
    at += DATA_AT + length + CHECKSUM_BYTES
    if (type === 'IEND') break
  }
  if (section.isZero(at, section.size - at)) return
  section.found('embedded', 'trailer', 'data behind the picture')
  section.blank(at, section.size - at)
}

function cleanChunk(section: Section, at: number, type: string, length: number): void {
  // Its case says that a picture cannot be understood without it.
  if (type.charCodeAt(0) < 0x60) throw new Refusal('malformed')
  if (length > MAX_BLOCK_BYTES) throw new Refusal('tooComplex')
  const data = Uint8Array.from(section.read(at + DATA_AT, length))
  const cleaned = cleanedData(section, type, data)
  if (cleaned !== undefined && Buffer.compare(cleaned, data) === 0) return
  const newType = Buffer.from(cleaned === undefined ? EMPTY_TYPE : type, 'latin1')
  const chunk = Buffer.concat([newType, cleaned ?? new Uint8Array(length), new Uint8Array(CHECKSUM_BYTES)])
  chunk.writeUInt32BE(crc32(chunk.subarray(0, 4 + length)), 4 + length)
  section.overwrite(at + TYPE_AT, chunk)
}

/** `undefined` where nothing of it may stay. */
function cleanedData(section: Section, type: string, data: Uint8Array): Uint8Array | undefined {
  if (type === 'eXIf') return cleanedExif(section, data)
  if (TEXT_CHUNKS.has(type)) return cleanPngText(section, type, data)
  if (type === EMPTY_TYPE && data.every(byte => byte === 0)) return data
  section.found('unknown', 'container', type)
  return undefined
}

function cleanedExif(section: Section, data: Uint8Array): Uint8Array {
  // Some writers keep what only a JPEG needs before the block.
  const before = holds(data, 0, 'Exif\0\0') ? 6 : 0
  return Buffer.concat([data.subarray(0, before), section.cleaned(data.subarray(before), 'exif')])
}
