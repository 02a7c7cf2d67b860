import { big16, latin1 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Section } from './section.ts'

/** What each data set begins with, and how many bytes stand before its value (IPTC-IIM 4.2, 1.5). */
const TAG_MARKER = 0x1c
const HEADER_BYTES = 5

const MAX_DATA_SETS = 10_000

/** Data sets of record 2 that name a place, and previews, which are files of their own (IPTC-IIM 4.2, 6). */
const PLACES: ReadonlyMap<number, string> = new Map([
  [26, 'ContentLocationCode'],
  [27, 'ContentLocationName'],
  [90, 'City'],
  [92, 'Sublocation'],
  [95, 'ProvinceState'],
  [100, 'CountryCode'],
  [101, 'Country'],
])
const PREVIEWS: ReadonlySet<number> = new Set([200, 201, 202])

/** The data sets of IPTC-IIM: those that stay move together, zeros fill what is left. */
export function cleanIptc(section: Section): void {
  const bytes = section.readAll()
  const kept: Uint8Array[] = []
  let at = 0
  for (let count = 0; at < bytes.length && bytes[at] === TAG_MARKER; count += 1) {
    if (count >= MAX_DATA_SETS) throw new Refusal('tooComplex')
    const length = big16(bytes, at + 3)
    // The highest bit says that the length is so many bytes long: for values beyond 32 KB, which pictures do not have.
    // What begins with one is not understood and goes.
    if (length >= 0x8000 || at + HEADER_BYTES + length > bytes.length) break
    const end = at + HEADER_BYTES + length
    const number = bytes[at + 1] === 2 ? (bytes[at + 2] ?? 0) : 0
    const place = PLACES.get(number)
    if (place !== undefined) section.found('place', 'iptc', place, utf8(bytes, at + HEADER_BYTES, end))
    else if (PREVIEWS.has(number)) section.found('embedded', 'iptc', 'ObjectDataPreview')
    else kept.push(bytes.subarray(at, end))
    at = end
  }
  const isPadded = bytes.subarray(at).every(byte => byte === 0)
  if (!isPadded) section.found('unknown', 'iptc', 'IPTC')
  const keptBytes = kept.reduce((sum, { length }) => sum + length, 0)
  if (keptBytes === at && isPadded) return
  const cleaned = Buffer.concat(
    kept.map(part => Buffer.from(part)),
    bytes.length,
  )
  section.overwrite(0, cleaned)
}

function utf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(latin1(bytes, start, end), 'latin1').toString('utf8')
}
