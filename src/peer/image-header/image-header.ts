import type { ImageBytes } from './image-bytes.ts'

/** What the header of an image says, unchecked: each number may be any, and is absent where the header has none. */
export interface ImageHeader {
  /** Pixels as they are stored. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** How to turn them before they are shown, as TIFF 6.0 numbers it: from 5 on width and height change places. */
  readonly orientation?: number | undefined
  /** Seconds since 1970 by the camera's own clock. */
  readonly taken?: number | undefined
  /** Maker and model of the camera, in whatever words the file has for them. */
  readonly camera?: string | undefined
}

/**
 * Reads the header of one format. Whatever the bytes, it returns, in time bounded by what {@link ImageBytes} gives, and
 * leaves out what it does not find. It reads no pixel.
 */
export type HeaderReader = (bytes: ImageBytes) => ImageHeader
