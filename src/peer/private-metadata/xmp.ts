import { latin1 } from '../byte-reading.ts'
import { privateKindOf } from './private-names.ts'
import type { Section } from './section.ts'

/** Elements within elements; XMP of the most talkative programs has some 12. */
const MAX_ELEMENT_DEPTH = 64

/** Elements and attributes of one packet: histories of an editor have some thousands. */
const MAX_PARTS = 200_000

const NAME = /[^\s<>="'/?!]+/y
const ATTRIBUTE = /\s+([^\s<>="'/?!]+)\s*=\s*("[^"<]*"|'[^'<]*')/y
const TAG_END = /\s*(\/?)>/y

/** What of a packet is to be blanked. */
interface PrivatePart {
  readonly start: number
  readonly end: number
}

/** An element that is open. */
interface Open {
  readonly name: string
  readonly start: number
  readonly contentStart: number
}

/**
 * An XMP packet (ISO 16684-1): private properties become spaces, as elements or as attributes, which XML allows wherever
 * they stand. A packet that is not read to its end without doubt (UTF-16, entities of its own, broken XML) becomes
 * spaces as a whole: a picture looks the same without.
 */
export function cleanXmp(section: Section): void {
  const bytes = section.readAll()
  // By bytes, not characters: all that counts is ASCII, and places stay places.
  const text = latin1(bytes)
  const parts = /^[\0\s]*$/.test(text) ? [] : privateParts(text, section)
  if (parts === undefined) {
    section.found('unknown', 'xmp', 'XMP')
    section.overwrite(0, bytes.fill(0x20))
    return
  }
  for (const { start, end } of parts) section.overwrite(start, new Uint8Array(end - start).fill(0x20))
}

/** `undefined` where the text is no XML that is understood here. */
function privateParts(text: string, section: Section): PrivatePart[] | undefined {
  const parts: PrivatePart[] = []
  const open: Open[] = []
  // Depth of the outermost private element that is open, whose end ends what is blanked.
  let privateDepth: number | undefined
  const note = (name: string, value: string, start: number, end: number): void => {
    const kind = privateKindOf(name) ?? 'embedded'
    section.found(kind, 'xmp', name, plainText(value))
    parts.push({ start, end })
  }
  let at = text.indexOf('<')
  for (let count = 0; at >= 0; count += 1) {
    if (count > MAX_PARTS || open.length > MAX_ELEMENT_DEPTH) return undefined
    const skipped = afterSkipped(text, at)
    if (skipped === -1) return undefined
    if (skipped > 0) {
      at = text.indexOf('<', skipped)
      continue
    }
    const isEnd = text[at + 1] === '/'
    const name = match(NAME, text, at + (isEnd ? 2 : 1))?.[0]
    if (name === undefined) return undefined
    let cursor = at + (isEnd ? 2 : 1) + name.length
    if (!isEnd) {
      const isPrivate = privateDepth === undefined && privateKindOf(name) !== undefined
      for (;;) {
        const attribute = match(ATTRIBUTE, text, cursor)
        if (attribute === undefined) break
        const [whole, attributeName = '', quoted = ''] = attribute
        const value = quoted.slice(1, -1)
        if (privateDepth === undefined && !isPrivate && isPrivateProperty(attributeName, value)) {
          note(attributeName, value, cursor, cursor + whole.length)
        }
        cursor += whole.length
        count += 1
        if (count > MAX_PARTS) return undefined
      }
      if (isPrivate) privateDepth = open.length
      open.push({ name, start: at, contentStart: 0 })
    }
    const end = match(TAG_END, text, cursor)
    if (end === undefined || (isEnd && end[1] === '/')) return undefined
    cursor += end[0].length
    const element = open.at(-1)
    if (!isEnd && end[1] === '' && element !== undefined) {
      open[open.length - 1] = { ...element, contentStart: cursor }
    } else {
      if (element?.name !== name) return undefined
      open.pop()
      const content = isEnd ? text.slice(element.contentStart, at) : ''
      if (privateDepth === open.length) {
        privateDepth = undefined
        note(name, isEnd ? content : text.slice(at, cursor), element.start, cursor)
      } else if (privateDepth === undefined && holdsPicture(content)) {
        note(name, '', element.contentStart, at)
      }
    }
    at = text.indexOf('<', cursor)
  }
  return open.length === 0 && /<(?!\?)/.test(text) && !text.includes('\0<') ? parts : undefined
}

function isPrivateProperty(name: string, value: string): boolean {
  if (name.startsWith('xmlns')) return false
  return privateKindOf(name) !== undefined || holdsPicture(value)
}

/** A JPEG in Base64, as the extensions for depth and panoramas have it, with metadata of its own. */
function holdsPicture(value: string): boolean {
  if (!/^\s*\/9j\//.test(value)) return false
  const picture = Buffer.from(value.replaceAll('&#xA;', ''), 'base64')
  return picture.includes('Exif\0') || picture.includes('ns.adobe.com') || picture.includes('Photoshop 3.0')
}

/** Where comments, instructions and CDATA end; 0 where none begins, -1 where it has no end or is a document type. */
function afterSkipped(text: string, at: number): number {
  for (const [begin, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const) {
    if (!text.startsWith(begin, at)) continue
    const endAt = text.indexOf(end, at + begin.length)
    return endAt < 0 ? -1 : endAt + end.length
  }
  return text[at + 1] === '!' ? -1 : 0
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** The text of a property without its markup. */
function plainText(value: string): string {
  const short = value.slice(0, 4096).replaceAll(/<[^>]*>/g, ' ')
  return Buffer.from(short.replaceAll(/\s+/g, ' ').trim(), 'latin1').toString('utf8')
}
