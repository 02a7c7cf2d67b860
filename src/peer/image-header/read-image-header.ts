import { type ImageDetails, MAX_PIXELS_PER_SIDE } from '../../protocol/image-details.ts'
import type { ImageFormat } from '../image-format.ts'
import { readHeifHeader } from './heif-header.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { HeaderReader } from './image-header.ts'
import { readJ2cHeader, readJp2Header } from './jpeg-2000-header.ts'
import { readJpegHeader } from './jpeg-header.ts'
import { readJpegXlHeader } from './jpeg-xl-header.ts'
import { readPngHeader } from './png-header.ts'
import {
  readBmpHeader,
  readExrHeader,
  readGifHeader,
  readIcoHeader,
  readNetpbmHeader,
  readPsdHeader,
  readRastHeader,
  readSgiHeader,
  readXbmHeader,
} from './simple-headers.ts'
import { readJpegXrHeader, readRw2Header, readTiffHeader } from './tiff-header.ts'
import { readWebpHeader } from './webp-header.ts'

const READERS: Readonly<Record<ImageFormat['id'], HeaderReader>> = {
  jpeg: readJpegHeader,
  png: readPngHeader,
  gif: readGifHeader,
  tiff: readTiffHeader,
  rgb: readSgiHeader,
  pbm: readNetpbmHeader,
  pgm: readNetpbmHeader,
  ppm: readNetpbmHeader,
  rast: readRastHeader,
  xbm: readXbmHeader,
  bmp: readBmpHeader,
  webp: readWebpHeader,
  exr: readExrHeader,
  avif: readHeifHeader,
  heic: readHeifHeader,
  heif: readHeifHeader,
  jxl: readJpegXlHeader,
  jp2: readJp2Header,
  j2c: readJ2cHeader,
  jxr: readJpegXrHeader,
  ico: readIcoHeader,
  psd: readPsdHeader,
  cr2: readTiffHeader,
  orf: readTiffHeader,
  rw2: readRw2Header,
  // Their makers never described them, and what stands in them openly is a preview's size.
  cr3: () => ({}),
  raf: () => ({}),
}

/** From this one on, an orientation turns a picture by 90 degrees one way or the other. */
const FIRST_TURNED_ORIENTATION = 5
const LAST_ORIENTATION = 8

/**
 * Width, height and date of an image of that format, where its header has them and they can be true. Reads some hundred
 * bytes and no pixel, and never throws for what they are: this is meant for files of strangers, inside the program,
 * where a library of decoders would be in danger.
 */
export function readImageHeader(
  format: ImageFormat,
  bytes: ImageBytes,
): Pick<ImageDetails, 'width' | 'height' | 'taken'> {
  const { width, height, orientation = 1, taken } = READERS[format.id](bytes)
  const isTurned = orientation >= FIRST_TURNED_ORIENTATION && orientation <= LAST_ORIENTATION
  const date = taken === undefined ? {} : { taken }
  if (!isSide(width) || !isSide(height)) return date
  return { ...(isTurned ? { width: height, height: width } : { width, height }), ...date }
}

/** Maker and model of the camera that an image says it was taken by, in plain ASCII; as bounded as {@link readImageHeader}. */
export function readCamera(format: ImageFormat, bytes: ImageBytes): string | undefined {
  return READERS[format.id](bytes).camera
}

function isSide(pixels: number | undefined): pixels is number {
  return pixels !== undefined && Number.isInteger(pixels) && pixels >= 1 && pixels <= MAX_PIXELS_PER_SIDE
}
