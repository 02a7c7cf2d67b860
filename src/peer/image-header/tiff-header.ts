import { big16, big32, holds, latin1, little16, little32 } from '../byte-reading.ts'
import { parseExifDate } from './exif-date.ts'
import { bytesInMemory, type ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'

/** Tags of TIFF 6.0, and of its supplements 1 (SubIFDs) and EXIF 2.32, 4.6. */
const Tag = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  make: 271,
  model: 272,
  orientation: 274,
  subDirectories: 330,
  exifDirectory: 0x8769,
  dateTimeOriginal: 0x9003,
  dateTimeDigitized: 0x9004,
} as const

/** JPEG XR's own, ITU-T T.832 A.7. */
const JpegXrTag = { imageWidth: 0xbc80, imageHeight: 0xbc81 } as const

const FieldType = { ascii: 2, short: 3, long: 4, directory: 13 } as const

/** The version of BigTIFF, whose offsets are 64 bits. Hardly anything writes it, so it is not read. */
const BIG_TIFF_VERSION = 43

/** Entries looked at: more than cameras write into one, and the tags above are among the first, for they are sorted. */
const MAX_ENTRIES = 512

/** Directories below the first one that are looked at: raw files have up to three. */
const MAX_SUB_DIRECTORIES = 8

/** Bytes of a text: a date, with room for those who pad it, or a camera's maker or model. */
const MAX_TEXT_BYTES = 64

interface ByteOrder {
  short(bytes: Uint8Array, at: number): number
  long(bytes: Uint8Array, at: number): number
}
const LITTLE_ENDIAN: ByteOrder = { short: little16, long: little32 }
const BIG_ENDIAN: ByteOrder = { short: big16, long: big32 }

/** A TIFF, or what is built like one: camera formats, EXIF blocks. It holds directories of numbered fields. */
class TiffFile {
  readonly #bytes: ImageBytes
  readonly #order: ByteOrder

  constructor(bytes: ImageBytes) {
    this.#bytes = bytes
    this.#order = holds(bytes.slice(0, 2), 0, 'MM') ? BIG_ENDIAN : LITTLE_ENDIAN
  }

  /** The directory the header points to; empty where it is none. */
  first(): Directory {
    const header = this.#bytes.slice(0, 8)
    if (this.#order.short(header, 2) === BIG_TIFF_VERSION) return new Directory([], this.#order)
    return this.directoryAt(this.#order.long(header, 4))
  }

  directoryAt(at: number): Directory {
    // Zero is how a field says that there is none.
    const count = at === 0 ? 0 : this.#order.short(this.#bytes.slice(at, 2), 0)
    const bytes = this.#bytes.slice(at + 2, Math.min(count, MAX_ENTRIES) * ENTRY_BYTES)
    const entries: Uint8Array[] = []
    for (let end = ENTRY_BYTES; end <= bytes.length; end += ENTRY_BYTES) {
      entries.push(bytes.subarray(end - ENTRY_BYTES, end))
    }
    return new Directory(entries, this.#order)
  }

  /** The directories whose offsets are in the field. */
  directoriesIn(field: Field | undefined): Directory[] {
    if (field === undefined) return []
    const count = Math.min(field.count, MAX_SUB_DIRECTORIES)
    const offsets = field.count === 1 ? field.value : this.#bytes.slice(field.offset, count * 4)
    return Array.from({ length: count }, (_, index) => this.directoryAt(this.#order.long(offsets, index * 4)))
  }

  text(field: Field | undefined): string {
    if (field?.type !== FieldType.ascii) return ''
    if (field.count <= field.value.length) return latin1(field.value, 0, field.count)
    return latin1(this.#bytes.slice(field.offset, Math.min(field.count, MAX_TEXT_BYTES)))
  }
}

/** Bytes of a field in a directory: tag, type, count, and the value or, where that is longer than 4 bytes, its offset. */
const ENTRY_BYTES = 12

interface Field {
  readonly type: number
  readonly count: number
  readonly value: Uint8Array
  /** What `value` is when it is an offset. */
  readonly offset: number
}

class Directory {
  readonly #entries: readonly Uint8Array[]
  readonly #order: ByteOrder

  constructor(entries: readonly Uint8Array[], order: ByteOrder) {
    this.#entries = entries
    this.#order = order
  }

  field(tag: number): Field | undefined {
    const { short, long } = this.#order
    const entry = this.#entries.find(bytes => short(bytes, 0) === tag)
    if (entry === undefined) return undefined
    const value = entry.subarray(8)
    return { type: short(entry, 2), count: long(entry, 4), value, offset: long(value, 0) }
  }

  /** A field that is one whole number, or `undefined`. */
  number(tag: number): number | undefined {
    const field = this.field(tag)
    if (field?.count !== 1) return undefined
    if (field.type === FieldType.short) return this.#order.short(field.value, 0)
    return field.type === FieldType.long || field.type === FieldType.directory ? field.offset : undefined
  }

  /** A preview, or a mask, is marked as such. */
  get isPicture(): boolean {
    return ((this.number(Tag.newSubfileType) ?? 0) & 0b101) === 0
  }

  get pixelCount(): number {
    return (this.number(Tag.imageWidth) ?? 0) * (this.number(Tag.imageLength) ?? 0)
  }
}

/**
 * The header of a TIFF, and of the camera formats built on it. Those keep a preview in the first directory and the
 * picture in one below it, so the size is that of the largest that is no preview.
 */
export function readTiffHeader(bytes: ImageBytes): ImageHeader {
  const file = new TiffFile(bytes)
  const first = file.first()
  const pictures = [first, ...file.directoriesIn(first.field(Tag.subDirectories))].filter(
    directory => directory.isPicture,
  )
  const [largest] = pictures.sort((one, other) => other.pixelCount - one.pixelCount)
  return {
    width: largest?.number(Tag.imageWidth),
    height: largest?.number(Tag.imageLength),
    orientation: first.number(Tag.orientation),
    taken: dateIn(file, first),
    camera: cameraIn(file, first),
  }
}

/** What an EXIF block tells of the picture it belongs to: how it is turned, when it was taken, and by which camera. */
export function readExif(block: Uint8Array): ImageHeader {
  const file = new TiffFile(bytesInMemory(block))
  const first = file.first()
  const camera = cameraIn(file, first)
  return { orientation: first.number(Tag.orientation), taken: dateIn(file, first), camera }
}

/**
 * Date and camera in an EXIF block as the containers of ISO hold it: a number before it says how many bytes further it begins
 * (ISO/IEC 23008-12, A.2.1). How the picture is turned is theirs to say, and not the block's.
 */
export function readContainedExif(content: Uint8Array): ImageHeader {
  const { taken, camera } = readExif(content.subarray(4 + big32(content, 0)))
  return { taken, camera }
}

/** Panasonic's RW2 gives the sensor's size and not the picture's, so only the rest is taken. */
export function readRw2Header(bytes: ImageBytes): ImageHeader {
  const { orientation, taken, camera } = readTiffHeader(bytes)
  return { orientation, taken, camera }
}

/** JPEG XR keeps its size in a TIFF's directory, under numbers of its own. */
export function readJpegXrHeader(bytes: ImageBytes): ImageHeader {
  const first = new TiffFile(bytes).first()
  return { width: first.number(JpegXrTag.imageWidth), height: first.number(JpegXrTag.imageHeight) }
}

function dateIn(file: TiffFile, first: Directory): number | undefined {
  const exif = file.directoryAt(first.number(Tag.exifDirectory) ?? 0)
  return (
    parseExifDate(file.text(exif.field(Tag.dateTimeOriginal))) ??
    parseExifDate(file.text(exif.field(Tag.dateTimeDigitized)))
  )
}

/** Maker and model; makers who begin the model with their name are not named twice. */
function cameraIn(file: TiffFile, first: Directory): string | undefined {
  const make = plainText(file.text(first.field(Tag.make)))
  const model = plainText(file.text(first.field(Tag.model)))
  const [maker = ''] = make.toLowerCase().split(' ')
  const camera = model.toLowerCase().startsWith(maker) && model !== '' ? model : `${make} ${model}`.trim()
  return camera === '' ? undefined : camera
}

/** Up to the NUL that ends it, without what is no letter, digit or sign of ASCII. */
function plainText(text: string): string {
  const [until = ''] = text.split('\0', 1)
  return until
    .replace(/[^ -~]/g, '')
    .replace(/ +/g, ' ')
    .trim()
}
