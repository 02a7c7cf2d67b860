import { readFileSync } from 'node:fs'
import sharp, { type Exif, type Sharp } from 'sharp'

/** What the pictures here tell and nobody else must learn, wherever they tell it as text. */
export const SECRETS = [
  'BODY-4711',
  'LENS-4712',
  'OWNER-Ann',
  'NOTE-4717',
  'abcdef0123456789abcdef0123456789',
  'XMP-4713',
  'XMP-4714',
  '23,33.0',
  '46,38.0',
  'Santos',
  'Brasil',
  'DNG-4715',
  'SIRGAS-4716',
] as const

const EXIF: Exif = {
  IFD0: { Make: 'Canon', Model: 'EOS', Artist: 'Ann', Orientation: '6' },
  IFD2: {
    DateTimeOriginal: '2024:05:06 07:08:09',
    BodySerialNumber: 'BODY-4711',
    LensSerialNumber: 'LENS-4712',
    CameraOwnerName: 'OWNER-Ann',
    ImageUniqueID: 'abcdef0123456789abcdef0123456789',
    MakerNote: 'NOTE-4717',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '23/1 33/1 3/1',
    GPSLongitudeRef: 'W',
    GPSLongitude: '46/1 38/1 0/1',
  },
}

/** XMP with the same, and with a rating that stays. */
export const PRIVATE_XMP = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:exifEX="http://cipa.jp/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 exif:GPSLatitude="23,33.05S" exif:GPSLongitude='46,38.0W' aux:SerialNumber="XMP-4713" xmp:Rating="4">
<exifEX:LensSerialNumber>XMP-4714</exifEX:LensSerialNumber><photoshop:City>Santos</photoshop:City>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`

export const WRITTEN_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const

/** A small picture with all of it, as the library that most pictures on the web went through writes it. */
export async function privatePicture(format: (typeof WRITTEN_FORMATS)[number]): Promise<Buffer> {
  return await smallPicture()
    .toFormat(format)
    .withExif(EXIF)
    .withXmp(PRIVATE_XMP)
    .withIccProfile('p3')
    .toBuffer()
}

/** A GIF with XMP, which stands there as it is; behind it what leads out whoever skips it as sub-blocks. */
export async function privateGif(): Promise<Buffer> {
  const picture = await smallPicture().gif().toBuffer()
  const skipped = Buffer.from([1, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0])
  const begins = Buffer.from('\x21\xff\x0bXMP DataXMP', 'latin1')
  return Buffer.concat([
    picture.subarray(0, -1),
    begins,
    Buffer.from(PRIVATE_XMP),
    skipped,
    picture.subarray(-1),
  ])
}

function smallPicture(): Sharp {
  const pixels = Buffer.from(
    Array.from({ length: 24 * 16 * 3 }, (_, index) => (index * 37 + (index >> 3) * 11) % 256),
  )
  return sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
}

/** The same by other programs; `format` is an id of ImageFormat. */
export function recordedPrivatePictures(): readonly { format: string; name: string; bytes: Buffer }[] {
  const file = new URL('../vectors/images/private-metadata.json', import.meta.url)
  const recorded: { format: string; name: string; hex: string }[] = JSON.parse(readFileSync(file, 'utf8'))
  return recorded.map(({ hex, ...picture }) => ({ ...picture, bytes: Buffer.from(hex, 'hex') }))
}

/** One of them. */
export function recordedPrivatePicture(format: 'jpeg' | 'tiff' | 'heic'): Buffer {
  const picture = recordedPrivatePictures().find(candidate => candidate.format === format)
  if (picture === undefined) throw new Error(`no recorded ${format}`)
  return picture.bytes
}
