import { holds, latin1 } from '../byte-reading.ts'
import { deflateTo, inflateBlock } from './exact-deflate.ts'
import { Refusal } from './private-metadata.ts'
import { privateKindOf } from './private-names.ts'
import type { BlockKind, Section } from './section.ts'

/** The keyword under which XMP stands (XMP part 3, 1.1.5). */
const XMP_KEYWORD = 'XML:com.adobe.xmp'
const MAX_KEYWORD_CHARACTERS = 79

/** ImageMagick's way to keep blocks of other formats: in hexadecimal digits, after the name and the length. */
const PROFILE_PREFIX = 'Raw profile type '
const PROFILES: ReadonlyMap<string, BlockKind> = new Map([
  ['exif', 'exif'],
  ['APP1', 'exif'],
  ['xmp', 'xmp'],
  ['iptc', 'photoshop'],
  ['8bim', 'photoshop'],
])
const HARMLESS_PROFILES: ReadonlySet<string> = new Set(['icc', 'icm'])

/** Text of a chunk, apart. */
interface PngText {
  readonly keyword: string
  /** Where the text or its zlib stream begins. */
  readonly at: number
  readonly isCompressed: boolean
}

/** The data of a text chunk with nothing private in it; `undefined` where none of it may stay. */
export function cleanPngText(section: Section, type: string, data: Uint8Array): Uint8Array | undefined {
  const { keyword, at, isCompressed } = partsOf(type, data)
  const stored = data.subarray(at)
  const kind = keyword === XMP_KEYWORD ? undefined : privateKindOf(keyword)
  if (kind !== undefined) {
    section.found(
      kind,
      'container',
      keyword,
      isCompressed ? '' : Buffer.from(stored).toString('utf8', 0, 256),
    )
    return undefined
  }
  if (keyword !== XMP_KEYWORD && !keyword.startsWith(PROFILE_PREFIX)) return data
  const text = isCompressed ? inflateBlock(stored) : stored
  section.countRead(text.length)
  const cleaned = cleanedText(section, keyword, text)
  if (cleaned === undefined) return undefined
  if (Buffer.compare(cleaned, text) === 0) return data
  const packed = isCompressed ? deflateTo(cleaned, stored.length) : cleaned
  // What does not go in any more goes altogether: it was found, and told of.
  return packed === undefined ? undefined : Buffer.concat([data.subarray(0, at), packed])
}

function partsOf(type: string, data: Uint8Array): PngText {
  const keywordEnd = data.indexOf(0)
  if (keywordEnd < 1 || keywordEnd > MAX_KEYWORD_CHARACTERS) throw new Refusal('malformed')
  const keyword = latin1(data, 0, keywordEnd)
  if (type === 'tEXt') return { keyword, at: keywordEnd + 1, isCompressed: false }
  if (type === 'zTXt') return { keyword, at: keywordEnd + 2, isCompressed: true }
  const languageEnd = data.indexOf(0, keywordEnd + 3)
  const translationEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1)
  if (translationEnd < 0) throw new Refusal('malformed')
  return { keyword, at: translationEnd + 1, isCompressed: data[keywordEnd + 1] === 1 }
}

function cleanedText(section: Section, keyword: string, text: Uint8Array): Uint8Array | undefined {
  if (keyword === XMP_KEYWORD) return section.cleaned(text, 'xmp')
  const name = keyword.slice(PROFILE_PREFIX.length)
  if (HARMLESS_PROFILES.has(name)) return text
  const cleaned = cleanedProfile(section, name, text)
  if (cleaned === undefined) section.found('unknown', 'container', keyword)
  return cleaned
}

/** The same text with the digits of the cleaned block; `undefined` where it is no profile that is understood. */
function cleanedProfile(section: Section, name: string, text: Uint8Array): Uint8Array | undefined {
  const kind = PROFILES.get(name)
  const source = latin1(text)
  const header = /^\s*[^\s]+\s+(\d+)\s/.exec(source)
  if (kind === undefined || header === null) return undefined
  const digits = source.slice(header[0].length)
  const hexadecimal = digits.replaceAll(/\s/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hexadecimal)) return undefined
  const block = Buffer.from(hexadecimal, 'hex')
  const [before, inner] = innerBlock(block, kind)
  const cleaned = Buffer.concat([block.subarray(0, before), section.cleaned(block.subarray(before), inner)])
  const isUpperCase = /[A-F]/.test(hexadecimal)
  const newDigits = isUpperCase ? cleaned.toString('hex').toUpperCase() : cleaned.toString('hex')
  let next = 0
  const rewritten = digits.replaceAll(/[0-9a-fA-F]/g, () => {
    next += 1
    return newDigits[next - 1] ?? '0'
  })
  return block.equals(cleaned) ? text : Buffer.from(header[0] + rewritten, 'latin1')
}

/** Blocks stand there with or without what a JPEG has before them, and one name is used for two of them. */
function innerBlock(block: Uint8Array, kind: BlockKind): [before: number, inner: BlockKind] {
  const xmp = 'http://ns.adobe.com/xap/1.0/\0'
  if (holds(block, 0, 'Exif\0\0')) return [6, 'exif']
  if (holds(block, 0, xmp)) return [xmp.length, 'xmp']
  if (holds(block, 0, '\x1c')) return [0, 'iptc']
  const photoshop = 'Photoshop 3.0\0'
  return holds(block, 0, photoshop) ? [photoshop.length, 'photoshop'] : [0, kind]
}
