import { isUtf8 } from 'node:buffer'
import { ImageEntry, ImageReference } from '../../protocol/catalog-api.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { isNameAcceptable } from '../../protocol/image-name.ts'
import { MAX_NAME_BYTES } from '../../protocol/limits.ts'
import { checkOf, type ShapeCheck } from '../../protocol/shape.ts'
import { describeFaults } from './schema-faults.ts'

/** Why a line is no entry: a whole sentence. */
interface BadLine {
  readonly reason: string
}

/** Reads one line, without its LF. */
export type LineReader<Entry> = (line: Buffer) => { readonly entry: Entry } | BadLine

const entryCheck = checkOf(ImageEntry)
const referenceCheck = checkOf(ImageReference)

/** Reads an image that is registered. */
export const readEntryLine: LineReader<ImageEntry> = line => {
  const parsed = parse(line, entryCheck)
  if ('reason' in parsed) return parsed
  const reason = nameFault(parsed.entry.name)
  return reason === undefined ? parsed : { reason }
}

/** Reads the identity of an image that is taken off. */
export const readReferenceLine: LineReader<Digest> = line => {
  const parsed = parse(line, referenceCheck)
  if ('reason' in parsed) return parsed
  const digest = parseDigest(parsed.entry.md5)
  return digest === undefined ? { reason: '“md5” is no MD5.' } : { entry: digest }
}

/** True for a line with nothing but white space (that of JSON, RFC 8259 section 2), which is no entry and no fault. */
export function isEmptyLine(line: Uint8Array): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

function parse<Entry>(line: Buffer, check: ShapeCheck<Entry>): { readonly entry: Entry } | BadLine {
  if (!isUtf8(line)) return { reason: 'The line is not UTF-8.' }
  let value: unknown
  try {
    value = JSON.parse(line.toString())
  } catch {
    return { reason: 'The line is not JSON.' }
  }
  if (check.accepts(value)) return { entry: value }
  return { reason: describeFaults(check.faults(value), 'line') }
}

/** The mandatory breaks of Unicode (UAX #14, classes BK, CR, LF and NL): a name is shown on one line. */
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/

function nameFault(name: string): string | undefined {
  if (!name.isWellFormed()) return '“name” holds half a surrogate pair.'
  const bytes = Buffer.from(name)
  if (bytes.length > MAX_NAME_BYTES) return `“name” is longer than ${MAX_NAME_BYTES} bytes.`
  if (name.includes(';')) return '“name” holds a semicolon.'
  if (name.includes('\0')) return '“name” holds a NUL.'
  if (LINE_BREAK.test(name)) return '“name” holds a line break.'
  return isNameAcceptable(bytes, 0, bytes.length) ? undefined : '“name” ends like an address.'
}
