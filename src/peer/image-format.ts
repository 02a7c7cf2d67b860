import { big16, big32, holds, latin1, little16, little32 } from './byte-reading.ts'

/**
 * Which image format a file holds, read from its first bytes; its name is never looked at.
 *
 * The clients in the field ask Python's `imghdr` (https://docs.python.org/3.12/library/imghdr.html), whose 13 formats
 * are tried here first, in its order. Several of its tests are two to eight bytes that also begin ordinary text
 * ("BMW is a car", "MMORPG", "II. Chapter", "#define MAX 5"), and a renamed text file must not be taken for an image.
 * Where the beginning could be text, the test asks besides for what every true file of the format has; where it could
 * not, imghdr's answer stands, so that nothing an old client shares is left out:
 *
 * | format | imghdr is content with | asked for besides, and why true files have it |
 * |---|---|---|
 * | jpeg | `JFIF` or `Exif` at byte 6, or `FF D8 FF DB` | SOI, then a marker segment with its length (ITU-T T.81 B.1.1) |
 * | gif | `GIF87a`, `GIF89a` | a control character in the screen descriptor after it (GIF89a, 18): sizes and flags are seldom seven letters |
 * | tiff | `II`, `MM` | version 42 (TIFF 6.0, 2) or BigTIFF's 43, each of which has a NUL |
 * | pbm pgm ppm | `P`, a digit, white space | width, height, maximum, a line break before raw pixels, only digits in plain ones |
 * | xbm | `#define ` | a width, a height and an array of bits, as the X11 reader demands (XReadBitmapFile(3)) |
 * | bmp | `BM` | an information header's size that exists (Windows GDI, OS/2 1 and 2); its reserved fields are in use |
 * | webp | `RIFF....WEBP` | a control character in the length between (RFC 9649, 2.3): four letters would be half a gigabyte |
 *
 * png, rgb, rast and exr are taken as imghdr takes them: their first bytes are not text. (Netpbm's pages allow any
 * white space before raw pixels; "P4 12 30 people came" is why a line break, which its writers put there, is asked for.)
 *
 * In one respect this reads more than imghdr: a JPEG that begins with any other segment (Adobe's APP14, a plain APP, a
 * comment, a Huffman table) is a JPEG. And files that imghdr calls tiff for their first two letters are told apart: CR2,
 * RW2, ORF and JPEG XR.
 */

/**
 * Bytes: how much of a file's beginning {@link recogniseImage} wants (all of a shorter file). One page, so it costs
 * what imghdr's 32 bytes cost; it holds a netpbm header with its comments, an XBM's three lines, a GIF's two colour
 * tables and an icon's directory of 255 images.
 */
export const IMAGE_HEAD_BYTES = 4096

/**
 * Every format that is recognised. `mediaType` is IANA's name, or the one in shared-mime-info where IANA has none
 * (`x-`); `extensions` are the usual ones in lower case with their dot, and the first is the one to give a new file.
 */
export const ImageFormat = {
  jpeg: { id: 'jpeg', mediaType: 'image/jpeg', extensions: ['.jpg', '.jpeg', '.jpe', '.jfif'] },
  png: { id: 'png', mediaType: 'image/png', extensions: ['.png', '.apng'] },
  gif: { id: 'gif', mediaType: 'image/gif', extensions: ['.gif'] },
  /** Also the camera formats that are TIFF throughout: DNG, NEF, ARW, PEF, SRW. */
  tiff: {
    id: 'tiff',
    mediaType: 'image/tiff',
    extensions: ['.tiff', '.tif', '.dng', '.nef', '.arw', '.pef', '.srw'],
  },
  /** Silicon Graphics' own. */
  rgb: { id: 'rgb', mediaType: 'image/x-sgi', extensions: ['.rgb', '.sgi', '.rgba', '.bw'] },
  pbm: { id: 'pbm', mediaType: 'image/x-portable-bitmap', extensions: ['.pbm', '.pnm'] },
  pgm: { id: 'pgm', mediaType: 'image/x-portable-graymap', extensions: ['.pgm', '.pnm'] },
  ppm: { id: 'ppm', mediaType: 'image/x-portable-pixmap', extensions: ['.ppm', '.pnm'] },
  /** Sun raster. */
  rast: { id: 'rast', mediaType: 'image/x-sun-raster', extensions: ['.ras', '.rast', '.sun'] },
  xbm: { id: 'xbm', mediaType: 'image/x-xbitmap', extensions: ['.xbm'] },
  bmp: { id: 'bmp', mediaType: 'image/bmp', extensions: ['.bmp', '.dib'] },
  webp: { id: 'webp', mediaType: 'image/webp', extensions: ['.webp'] },
  exr: { id: 'exr', mediaType: 'image/x-exr', extensions: ['.exr'] },

  avif: { id: 'avif', mediaType: 'image/avif', extensions: ['.avif', '.avifs'] },
  /** HEIF with HEVC inside, stills and sequences. */
  heic: { id: 'heic', mediaType: 'image/heic', extensions: ['.heic', '.heics', '.hif'] },
  /** HEIF with any other codec inside. */
  heif: { id: 'heif', mediaType: 'image/heif', extensions: ['.heif', '.heifs', '.hif'] },
  jxl: { id: 'jxl', mediaType: 'image/jxl', extensions: ['.jxl'] },
  /** JPEG 2000 in its box format: JP2, and what extends it (JPX, JPM, JPH). */
  jp2: { id: 'jp2', mediaType: 'image/jp2', extensions: ['.jp2', '.jpf', '.jpx', '.jpm', '.jph'] },
  /** JPEG 2000's bare codestream. */
  j2c: { id: 'j2c', mediaType: 'image/j2c', extensions: ['.j2c', '.j2k', '.jpc', '.jhc'] },
  jxr: { id: 'jxr', mediaType: 'image/jxr', extensions: ['.jxr', '.hdp', '.wdp'] },
  ico: { id: 'ico', mediaType: 'image/vnd.microsoft.icon', extensions: ['.ico'] },
  psd: { id: 'psd', mediaType: 'image/vnd.adobe.photoshop', extensions: ['.psd', '.psb'] },

  cr2: { id: 'cr2', mediaType: 'image/x-canon-cr2', extensions: ['.cr2'] },
  cr3: { id: 'cr3', mediaType: 'image/x-canon-cr3', extensions: ['.cr3'] },
  raf: { id: 'raf', mediaType: 'image/x-fuji-raf', extensions: ['.raf'] },
  rw2: { id: 'rw2', mediaType: 'image/x-panasonic-rw2', extensions: ['.rw2', '.raw', '.rwl'] },
  orf: { id: 'orf', mediaType: 'image/x-olympus-orf', extensions: ['.orf'] },
} as const
export type ImageFormat = (typeof ImageFormat)[keyof typeof ImageFormat]

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map(
  Object.values(ImageFormat).map(({ id, mediaType }) => [id, mediaType]),
)

/** IANA's name of the format with that id; that of any bytes for another id. */
export function mediaTypeOf(formatId: string): string {
  return MEDIA_TYPES.get(formatId) ?? 'application/octet-stream'
}

/**
 * The format of the image that begins with `head`, its first {@link IMAGE_HEAD_BYTES} bytes; `undefined` where it is no
 * image of a known format. Text and SVG never are. Says nothing about whether the rest of the file is whole.
 */
export function recogniseImage(head: Uint8Array): ImageFormat | undefined {
  return TESTS.find(([, test]) => test(head))?.[0]
}

/** In imghdr's order, a format that is a special case of another before it. */
const TESTS: readonly (readonly [ImageFormat, (head: Uint8Array) => boolean])[] = [
  [ImageFormat.jpeg, isJpeg],
  [ImageFormat.png, head => holds(head, 0, '\x89PNG\r\n\x1a\n')],
  [ImageFormat.gif, isGif],
  [ImageFormat.cr2, head => holds(head, 0, 'II*\0\x10\0\0\0CR\x02\0')],
  [ImageFormat.tiff, isTiff],
  [ImageFormat.rgb, head => holds(head, 0, '\x01\xda')],
  [ImageFormat.pbm, head => isNetpbm(head, '1', PLAIN_BITMAP) || isNetpbm(head, '4', RAW_BITMAP)],
  [ImageFormat.pgm, head => isNetpbm(head, '2', PLAIN_SAMPLES) || isNetpbm(head, '5', RAW_SAMPLES)],
  [ImageFormat.ppm, head => isNetpbm(head, '3', PLAIN_SAMPLES) || isNetpbm(head, '6', RAW_SAMPLES)],
  [ImageFormat.rast, head => holds(head, 0, '\x59\xa6\x6a\x95')],
  [ImageFormat.xbm, isXbm],
  [ImageFormat.bmp, isBmp],
  [ImageFormat.webp, isWebp],
  [ImageFormat.exr, head => holds(head, 0, '\x76\x2f\x31\x01')],

  [ImageFormat.avif, head => AVIF_BRANDS.has(decidingBrand(head))],
  [ImageFormat.heic, head => HEIC_BRANDS.has(decidingBrand(head))],
  [ImageFormat.heif, head => HEIF_BRANDS.has(decidingBrand(head))],
  [ImageFormat.cr3, head => decidingBrand(head) === 'crx '],
  [ImageFormat.jxl, isJpegXl],
  [ImageFormat.jp2, isJpeg2000],
  // SOC and SIZ, the two markers every codestream begins with (ITU-T T.800 A.3).
  [ImageFormat.j2c, head => holds(head, 0, '\xff\x4f\xff\x51')],
  // ITU-T T.832 annex A: byte order, 0xBC, version 1.
  [ImageFormat.jxr, head => holds(head, 0, 'II\xbc\x01')],
  [ImageFormat.ico, isIcon],
  [ImageFormat.psd, isPhotoshop],
  [ImageFormat.raf, isRaf],
  [ImageFormat.rw2, head => holds(head, 0, 'IIU\0')],
  [ImageFormat.orf, isOrf],
]

function isJpeg(head: Uint8Array): boolean {
  if (!holds(head, 0, '\xff\xd8\xff')) return false
  let at = 3
  // Any number of fill bytes may stand before a marker (T.81 B.1.1.2).
  while (head[at] === 0xff) at += 1
  const marker = head[at] ?? 0
  const begins =
    (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || // frame header, DHT, DAC
    (marker >= 0xdb && marker <= 0xde && marker !== 0xdc) || // DQT, DRI, DHP
    (marker >= 0xe0 && marker <= 0xef) || // APP
    marker === 0xfe // COM
  return begins && big16(head, at + 1) >= 2
}

function isGif(head: Uint8Array): boolean {
  if (!holds(head, 0, 'GIF87a') && !holds(head, 0, 'GIF89a')) return false
  return head.length >= 13 && holdsNoText(head, 6, 13)
}

/** True where a byte of `[from, to)` is a control character that no text holds. */
function holdsNoText(head: Uint8Array, from: number, to: number): boolean {
  return head
    .subarray(from, to)
    .some(byte => byte < 0x09 || byte === 0x0b || byte === 0x0c || (byte > 0x0d && byte < 0x20))
}

function isTiff(head: Uint8Array): boolean {
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some(magic => holds(head, 0, magic))
}

// Netpbm headers as regular expressions, each linear in the head: at no place do two ways to go on begin alike.
const GAP = '(?:[ \\t\\n\\v\\f\\r]|#[^\\n\\r]*[\\n\\r])+'
const FIELD = `${GAP}[0-9]+`
const MAXIMUM = `${GAP}[0-9]{1,5}`
const RAW_PIXELS = '[\\n\\r]'
const PLAIN_PIXELS = '(?:[ \\t\\n\\v\\f\\r0-9]|#[^\\n\\r]*(?:[\\n\\r]|$))*$'
const RAW_BITMAP = new RegExp(`^${FIELD}${FIELD}${RAW_PIXELS}`)
const RAW_SAMPLES = new RegExp(`^${FIELD}${FIELD}${MAXIMUM}${RAW_PIXELS}`)
const PLAIN_BITMAP = new RegExp(`^${FIELD}${FIELD}${GAP}[01]${PLAIN_PIXELS}`)
const PLAIN_SAMPLES = new RegExp(`^${FIELD}${FIELD}${MAXIMUM}${GAP}[0-9]${PLAIN_PIXELS}`)

function isNetpbm(head: Uint8Array, digit: string, header: RegExp): boolean {
  return holds(head, 0, `P${digit}`) && /^[ \t\n\r]/.test(text(head, 2, 3)) && header.test(text(head, 2))
}

function isXbm(head: Uint8Array): boolean {
  if (!holds(head, 0, '#define ')) return false
  const source = text(head)
  return (
    /^#define[ \t][^\r\n]*width[ \t]+[0-9]/m.test(source) &&
    /^#define[ \t][^\r\n]*height[ \t]+[0-9]/m.test(source) &&
    /^static[ \t][^\r\n]*bits[ \t]*\[/m.test(source)
  )
}

function isBmp(head: Uint8Array): boolean {
  if (!holds(head, 0, 'BM')) return false
  const headerBytes = little32(head, 14)
  // OS/2 1; OS/2 2, which may be cut after any field, and Windows 3 to 3.1; Windows 4 and 5; Windows 5 with a profile.
  return (
    headerBytes === 12 ||
    (headerBytes >= 16 && headerBytes <= 64) ||
    headerBytes === 108 ||
    headerBytes === 124 ||
    headerBytes === 128
  )
}

function isWebp(head: Uint8Array): boolean {
  return holds(head, 0, 'RIFF') && holds(head, 8, 'WEBP') && holdsNoText(head, 4, 8)
}

// Brands of the ISO base media file format (ISO/IEC 14496-12, 4.3), as registered at https://mp4ra.org.
const AVIF_BRANDS: ReadonlySet<string | undefined> = new Set(['avif', 'avis'])
const HEIC_BRANDS: ReadonlySet<string | undefined> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'hevm',
  'hevs',
])
/** Those that promise HEIF and no codec, and those of codecs that have no row of their own here. */
const STRUCTURAL_BRANDS: ReadonlySet<string> = new Set(['mif1', 'mif2', 'msf1', 'miaf'])
const HEIF_BRANDS: ReadonlySet<string | undefined> = new Set([
  ...STRUCTURAL_BRANDS,
  'avci',
  'avcs',
  'jpeg',
  'jpgs',
  'j2ki',
  'j2is',
  'vvic',
  'vvis',
])

/** The major brand, or where that promises no codec the first compatible brand that does. */
function decidingBrand(head: Uint8Array): string | undefined {
  const [major, ...compatible] = fileTypeBrands(head, 0)
  if (major === undefined || !STRUCTURAL_BRANDS.has(major)) return major
  return compatible.find(brand => AVIF_BRANDS.has(brand) || HEIC_BRANDS.has(brand)) ?? major
}

/** The brands in the `ftyp` box at `at`, the major one first; empty where `head` holds no such box to its end. */
function fileTypeBrands(head: Uint8Array, at: number): string[] {
  const boxBytes = big32(head, at)
  const end = at + boxBytes
  if (!holds(head, at + 4, 'ftyp') || boxBytes < 16 || boxBytes % 4 !== 0 || end > head.length) return []
  const brands = [text(head, at + 8, at + 12)]
  for (let brandAt = at + 16; brandAt < end; brandAt += 4) brands.push(text(head, brandAt, brandAt + 4))
  return brands
}

function isJpegXl(head: Uint8Array): boolean {
  return holds(head, 0, '\0\0\0\x0cJXL \r\n\x87\n') || holds(head, 0, '\xff\x0a')
}

// ISO/IEC 15444-1 I.5.1, with the brands that are still images: Motion JPEG 2000 (`mjp2`) begins with the same box.
const JPEG_2000_BRANDS: ReadonlySet<string> = new Set(['jp2 ', 'jpx ', 'jpxb', 'jpm ', 'jph '])

function isJpeg2000(head: Uint8Array): boolean {
  return (
    holds(head, 0, '\0\0\0\x0cjP  \r\n\x87\n') &&
    fileTypeBrands(head, 12).some(brand => JPEG_2000_BRANDS.has(brand))
  )
}

/** Windows' BITMAPINFOHEADER, the only one an icon's bitmap begins with. */
const BITMAP_HEADER_BYTES = 40

/**
 * An icon's first four bytes are also those of many other files, so its directory is read: at least one image, each
 * with a size and a place after the directory, and the first one's bitmap or PNG where it lies within `head`.
 */
function isIcon(head: Uint8Array): boolean {
  const count = little16(head, 4)
  if (!holds(head, 0, '\0\0\x01\0') || count === 0) return false
  const directoryBytes = 6 + count * 16
  for (let at = 6; at < directoryBytes; at += 16) {
    const reserved = head[at + 3] ?? 0
    const planes = little16(head, at + 4)
    const bitsPerPixel = little16(head, at + 6)
    // 255 is what .NET writes there.
    if ((reserved !== 0 && reserved !== 255) || planes > 1 || bitsPerPixel > 32) return false
    if (little32(head, at + 8) < BITMAP_HEADER_BYTES || little32(head, at + 12) < directoryBytes) return false
  }
  const first = little32(head, 6 + 12)
  return (
    first + 4 > head.length || holds(head, first, '\x89PNG') || little32(head, first) === BITMAP_HEADER_BYTES
  )
}

function isPhotoshop(head: Uint8Array): boolean {
  const version = big16(head, 4)
  return holds(head, 0, '8BPS') && (version === 1 || version === 2)
}

/** The magic is text, so also the format's version and the end of the camera's name, NUL-padded to 32 bytes. */
function isRaf(head: Uint8Array): boolean {
  return (
    holds(head, 0, 'FUJIFILMCCD-RAW ') &&
    /^[0-9]{4}$/.test(text(head, 16, 20)) &&
    head.subarray(28, 60).includes(0)
  )
}

/** The magic is text ("MMORPG"), so also the offset of the first directory, which stands right after it. */
function isOrf(head: Uint8Array): boolean {
  return (
    holds(head, 0, 'IIRO\x08\0\0\0') || holds(head, 0, 'IIRS\x08\0\0\0') || holds(head, 0, 'MMOR\0\0\0\x08')
  )
}

function text(head: Uint8Array, start = 0, end: number = head.length): string {
  return latin1(head, start, Math.min(end, IMAGE_HEAD_BYTES))
}
