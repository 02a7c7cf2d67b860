import type { PrivateKind } from './private-metadata.ts'

/** Tags that are followed, or that say what kind of file it is (TIFF 6.0 and its supplements, EXIF 3.0, DNG 1.7). */
export const Tag = {
  compression: 259,
  photometricInterpretation: 262,
  stripOffsets: 273,
  stripByteCounts: 279,
  tileOffsets: 324,
  tileByteCounts: 325,
  subDirectories: 330,
  jpegAt: 513,
  jpegBytes: 514,
  xmp: 700,
  iptc: 33723,
  photoshop: 34377,
  exifDirectory: 34665,
  gpsDirectory: 34853,
  interoperability: 40965,
  dngVersion: 50706,
} as const

/** Tags that go, and what is told of them. */
const PRIVATE: ReadonlyMap<number, readonly [PrivateKind, string]> = new Map<
  number,
  readonly [PrivateKind, string]
>([
  // GeoTIFF 1.1, 7.3: which place of the earth the picture shows.
  [33550, ['position', 'ModelPixelScale']],
  [33920, ['position', 'IntergraphMatrix']],
  [33922, ['position', 'ModelTiepoint']],
  [34264, ['position', 'ModelTransformation']],
  [34735, ['position', 'GeoKeyDirectory']],
  [34736, ['position', 'GeoDoubleParams']],
  [34737, ['position', 'GeoAsciiParams']],
  [37500, ['makerNote', 'MakerNote']],
  [37724, ['embedded', 'ImageSourceData']],
  [42016, ['uniqueId', 'ImageUniqueID']],
  [42032, ['owner', 'CameraOwnerName']],
  [42033, ['serialNumber', 'BodySerialNumber']],
  [42037, ['serialNumber', 'LensSerialNumber']],
  [50735, ['serialNumber', 'CameraSerialNumber']],
  [50740, ['makerNote', 'DNGPrivateData']],
  [50781, ['uniqueId', 'RawDataUniqueID']],
  [50828, ['embedded', 'OriginalRawFileData']],
  // What Adobe's raw converter once wrote.
  [65000, ['owner', 'OwnerName']],
  [65001, ['serialNumber', 'SerialNumber']],
])

/** Tags of 32768 and more that stay: private ones of TIFF, among which everybody may have his own. In rising order. */
const KEPT_RANGES: readonly (readonly [number, number])[] = [
  [32995, 32998], // depth of the picture and of its tiles
  [33421, 33422], // pattern of the sensor's filter
  [33432, 33437], // copyright, exposure time, aperture
  [33445, 33452], // gels of Molecular Dynamics, without which their grey values mean nothing
  [Tag.iptc, Tag.iptc],
  [34016, 34032], // TIFF/IT
  [Tag.photoshop, Tag.photoshop],
  [Tag.exifDirectory, Tag.exifDirectory],
  [34675, 34675], // ICC profile
  [34850, 34852],
  [34855, 34859],
  [34864, 34869], // sensitivity
  [36864, 37121],
  [37122, 37399],
  [37439, 37439], // how bright SGI's values are
  [37510, 37510], // the comment a person wrote
  [37520, 37522], // fractions of a second
  [37888, 37893], // temperature, humidity, pressure, depth of water
  [40091, 40095], // title and comment of Windows
  [40960, 40964],
  [Tag.interoperability, Tag.interoperability],
  [41483, 41495],
  [41728, 41730],
  [41985, 41996],
  [42034, 42036], // the lens, by name
  [42038, 42044],
  [42080, 42082],
  [42113, 42113], // which value stands for no data
  [42240, 42240], // gamma
  [50341, 50341], // print matching
  [50674, 50675], // LERC
  [50706, 51200], // DNG
  [52525, 52600], // DNG 1.6 and 1.7
]

/** How a field is dealt with; a private one with what is told of it. */
export type Disposition = 'keep' | { readonly kind: PrivateKind; readonly name: string }

/**
 * Baseline and extension tags stay, as do the private ones that are known to be harmless. Any other may be a camera's
 * or a program's, and hold what it likes.
 */
export function dispositionOf(tag: number): Disposition {
  const told = PRIVATE.get(tag)
  if (told !== undefined) return { kind: told[0], name: told[1] }
  if (tag < 32768 || KEPT_RANGES.some(([first, last]) => tag >= first && tag <= last)) return 'keep'
  return { kind: 'unknown', name: `tag ${tag}` }
}

/** The fields of a GPS directory by name, as far as a person understands them. */
export const GPS_FIELDS: ReadonlyMap<number, string> = new Map([
  [1, 'GPSLatitudeRef'],
  [2, 'GPSLatitude'],
  [3, 'GPSLongitudeRef'],
  [4, 'GPSLongitude'],
  [5, 'GPSAltitudeRef'],
  [6, 'GPSAltitude'],
  [7, 'GPSTimeStamp'],
  [16, 'GPSImgDirectionRef'],
  [17, 'GPSImgDirection'],
  [27, 'GPSProcessingMethod'],
  [28, 'GPSAreaInformation'],
  [29, 'GPSDateStamp'],
])

/** Photometric interpretations of a sensor's raw values (TIFF/EP, DNG). */
export const RAW_INTERPRETATIONS: ReadonlySet<number> = new Set([32803, 34892])

/** Compressions of camera makers, whose parameters stand in their notes: Sony, Samsung, Pentax, Nikon. */
export const RAW_COMPRESSIONS: ReadonlySet<number> = new Set([32767, 32769, 32770, 32772, 34713, 65535])
