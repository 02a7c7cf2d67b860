import { holds } from '../byte-reading.ts'
import { cleanJpegTables } from './jpeg.ts'
import { type PrivateKind, Refusal } from './private-metadata.ts'
import { type BlockKind, type Extent, MAX_BLOCK_BYTES, type Section } from './section.ts'
import { type Directory, type Field, TiffFields } from './tiff-fields.ts'
import { dispositionOf, GPS_FIELDS, RAW_COMPRESSIONS, RAW_INTERPRETATIONS, Tag } from './tiff-tags.ts'

/** Directories of one file: a page each; scans of books have hundreds. */
const MAX_DIRECTORIES = 4096

/** Fields of all of them: a page has some 20, the first one with what it leads to some 200. */
const MAX_FIELDS = 262_144

/** Strips and tiles of one file: a gigapixel in tiles of 256 has 16,000 for each size. */
const MAX_PIECES = 1_000_000

/** Compression of strips and tiles that are JPEGs of their own (TIFF Technical Note 2). */
const JPEG_COMPRESSION = 7

const BLOCKS: ReadonlyMap<number, BlockKind> = new Map([
  [Tag.xmp, 'xmp'],
  [Tag.iptc, 'iptc'],
  [Tag.photoshop, 'photoshop'],
])

/** An EXIF block within another file: what no field leads to becomes zeros too, among it what an editor left behind. */
export function cleanExif(section: Section): void {
  const cleaning = new TiffCleaning(section, true)
  cleaning.run()
  cleaning.blankGaps()
}

/** A TIFF file, DNG among them. Bytes no field leads to stay: some writers count their strips wrongly. */
export function cleanTiff(section: Section): void {
  new TiffCleaning(section, false).run()
}

class TiffCleaning {
  readonly #section: Section
  readonly #fields: TiffFields
  readonly #isContained: boolean
  readonly #kept: Extent[] = []
  readonly #dropped: Extent[] = []
  readonly #visited = new Set<number>()
  readonly #droppedDirectories = new Set<number>()
  #isRaw = false
  #isDng = false
  #hasMakerNote = false

  constructor(section: Section, isContained: boolean) {
    this.#section = section
    this.#isContained = isContained
    this.#fields = new TiffFields(section)
  }

  run(): void {
    this.#kept.push({ at: 0, length: this.#fields.headerBytes })
    const waiting = [this.#fields.first]
    let fieldCount = 0
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at === 0 || this.#visited.has(at)) continue
      this.#visit(at)
      const directory = this.#fields.directoryAt(at)
      fieldCount += directory.fields.length
      if (fieldCount > MAX_FIELDS) throw new Refusal('tooComplex')
      waiting.push(directory.next, ...this.#cleanDirectory(directory))
    }
    if (this.#isRaw && !this.#isDng && this.#hasMakerNote) throw new Refusal('rawPicture')
    this.#mustNotOverlap()
    for (const { at, length } of this.#dropped) this.#section.blank(at, length)
  }

  /** Zeros for whatever is neither kept nor blanked already. */
  blankGaps(): void {
    let end = 0
    for (const { at, length } of [...this.#kept, { at: this.#section.size, length: 0 }].sort(byPlace)) {
      if (at > end && !this.#section.isZero(end, at - end)) {
        this.#section.blank(end, at - end)
      }
      end = Math.max(end, at + length)
    }
  }

  #visit(at: number): void {
    if (this.#visited.size >= MAX_DIRECTORIES) throw new Refusal('tooComplex')
    this.#visited.add(at)
  }

  /** Takes the private fields out, and tells which directories are below. */
  #cleanDirectory(directory: Directory): number[] {
    const below: number[] = []
    const kept = directory.fields.filter(field => this.#keeps(field, below))
    this.#readPieces(kept)
    this.#kept.push({ at: directory.at, length: directory.length })
    if (kept.length < directory.fields.length) {
      this.#section.overwrite(directory.at, this.#fields.encode(directory, kept))
    }
    return below
  }

  #keeps(field: Field, below: number[]): boolean {
    const { tag, valueAt, valueBytes } = field
    const disposition = dispositionOf(tag)
    const isWithin = valueBytes !== undefined && this.#section.holds(valueAt, valueBytes)
    // Part of a value may be there all the same, and only in a block can whatever is left be blanked.
    if (!isWithin && !this.#isContained) throw new Refusal('cutShort')
    if (tag === Tag.gpsDirectory) return this.#dropGps(field)
    if (disposition !== 'keep' || !isWithin) {
      const { kind, name }: { kind: PrivateKind; name: string } =
        disposition === 'keep' ? { kind: 'unknown', name: `tag ${tag}` } : disposition
      if (kind === 'makerNote') this.#hasMakerNote = true
      this.#section.found(kind, 'exif', name, kind === 'unknown' ? '' : this.#fields.told(field))
      if (isWithin && !field.isInline) this.#dropped.push({ at: valueAt, length: valueBytes })
      return false
    }
    if (!field.isInline) this.#kept.push({ at: valueAt, length: valueBytes })
    this.#lookInto(field, valueBytes, below)
    return true
  }

  #lookInto(field: Field, valueBytes: number, below: number[]): void {
    const { tag, valueAt } = field
    const kind = BLOCKS.get(tag)
    if (kind !== undefined && !field.isInline) {
      if (valueBytes > MAX_BLOCK_BYTES) throw new Refusal('tooComplex')
      this.#section.part({ at: valueAt, length: valueBytes }).clean(kind)
    }
    if (tag === Tag.dngVersion) this.#isDng = true
    if (tag === Tag.compression && RAW_COMPRESSIONS.has(this.#fields.number(field) ?? 0)) this.#isRaw = true
    if (tag === Tag.photometricInterpretation && RAW_INTERPRETATIONS.has(this.#fields.number(field) ?? 0)) {
      this.#isRaw = true
    }
    if (tag === Tag.subDirectories || tag === Tag.exifDirectory || tag === Tag.interoperability) {
      const places = this.#fields.numbers(field, MAX_DIRECTORIES)
      // One that is not followed here might be by others.
      if (places.length < field.count) throw new Refusal('malformed')
      below.push(...places)
    }
  }

  /** The whole directory with its values goes. */
  #dropGps(pointer: Field): false {
    const at = this.#fields.number(pointer) ?? 0
    if (this.#droppedDirectories.has(at)) return false
    if (at === 0 || !this.#section.holds(at, 2)) {
      if (at !== 0 && !this.#isContained) throw new Refusal('malformed')
      this.#section.found('position', 'exif', 'GPS')
      return false
    }
    if (this.#visited.has(at)) throw new Refusal('overlap')
    this.#droppedDirectories.add(at)
    this.#visit(at)
    const directory = this.#fields.directoryAt(at)
    this.#dropped.push({ at, length: directory.length })
    this.#section.found('position', 'exif', 'GPS', this.#coordinates(directory))
    for (const field of directory.fields) {
      const { valueAt, valueBytes = 0, isInline } = field
      const isWithin = this.#section.holds(valueAt, valueBytes)
      if (!isWithin && !this.#isContained) throw new Refusal('cutShort')
      if (!isInline && isWithin) {
        this.#dropped.push({ at: valueAt, length: valueBytes })
      }
      const name = GPS_FIELDS.get(field.tag) ?? `GPS ${field.tag}`
      this.#section.found('position', 'exif', name, this.#fields.told(field))
    }
    return false
  }

  /** Latitude and longitude in degrees, south and west negative; empty where they are not there. */
  #coordinates(directory: Directory): string {
    const field = (tag: number): Field | undefined =>
      directory.fields.find(candidate => candidate.tag === tag)
    const degrees = (referenceTag: number, tag: number): string | undefined => {
      const [reference, value] = [field(referenceTag), field(tag)]
      const parts = value === undefined ? [] : this.#fields.fractions(value)
      if (parts.length === 0) return undefined
      const [whole = 0, minutes = 0, seconds = 0] = parts
      const isNegative = reference !== undefined && /^[SW]/.test(this.#fields.told(reference))
      return ((whole + minutes / 60 + seconds / 3600) * (isNegative ? -1 : 1)).toFixed(5)
    }
    const [latitude, longitude] = [degrees(1, 2), degrees(3, 4)]
    return latitude === undefined || longitude === undefined ? '' : `${latitude}, ${longitude}`
  }

  /** Strips, tiles and a thumbnail stay; those that are JPEGs have segments of their own. */
  #readPieces(fields: readonly Field[]): void {
    const field = (tag: number): Field | undefined => fields.find(candidate => candidate.tag === tag)
    const areJpegs = this.#fields.number(field(Tag.compression)) === JPEG_COMPRESSION
    for (const [offsets, counts] of [
      [field(Tag.stripOffsets), field(Tag.stripByteCounts)],
      [field(Tag.tileOffsets), field(Tag.tileByteCounts)],
    ]) {
      if (offsets === undefined || counts === undefined) continue
      if (offsets.count > MAX_PIECES || this.#kept.length > MAX_PIECES) throw new Refusal('tooComplex')
      const lengths = this.#fields.numbers(counts, MAX_PIECES)
      for (const [index, at] of this.#fields.numbers(offsets, MAX_PIECES).entries()) {
        const length = lengths[index] ?? 0
        if (!this.#section.holds(at, length)) throw new Refusal('cutShort')
        this.#kept.push({ at, length })
        if (areJpegs && holds(this.#section.readUpTo(at, 2), 0, '\xff\xd8')) {
          cleanJpegTables(this.#section.part({ at, length }))
        }
      }
    }
    const at = this.#fields.number(field(Tag.jpegAt))
    const length = this.#fields.number(field(Tag.jpegBytes)) ?? 0
    if (at === undefined || length === 0 || !this.#section.holds(at, length)) return
    // Nobody can tell what else might be there, and a block's thumbnail is no loss.
    const isJpeg = holds(this.#section.readUpTo(at, 2), 0, '\xff\xd8')
    if (!isJpeg && this.#isContained) return
    this.#kept.push({ at, length })
    if (isJpeg) this.#section.part({ at, length }).clean('jpeg')
  }

  #mustNotOverlap(): void {
    if (this.#dropped.length === 0) return
    const dropped = this.#dropped.toSorted(byPlace)
    const kept = this.#kept.toSorted(byPlace)
    let next = 0
    let droppedEnd = 0
    for (const { at, length } of kept) {
      while (next < dropped.length && (dropped[next]?.at ?? 0) < at + length) {
        const { at: droppedAt = 0, length: droppedLength = 0 } = dropped[next] ?? {}
        if (droppedLength > 0 && droppedAt + droppedLength > at && length > 0) throw new Refusal('overlap')
        droppedEnd = Math.max(droppedEnd, droppedAt + droppedLength)
        next += 1
      }
      if (length > 0 && droppedEnd > at) throw new Refusal('overlap')
    }
  }
}

function byPlace(one: Extent, other: Extent): number {
  return one.at - other.at
}
