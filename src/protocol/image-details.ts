/**
 * What is known of an image besides its digest and its name. Each is a claim of an owner: the index server sees no image
 * and checks none of it.
 */
export interface ImageDetails {
  /** Size of the file in bytes, 1 to 2^53 - 1. */
  readonly bytes?: number
  /** Pixels as shown (orientation applied), 1 to {@link MAX_PIXELS_PER_SIDE}. */
  readonly width?: number
  readonly height?: number
  /** Short lower-case name of the format, such as `jpeg`; at most {@link MAX_FORMAT_CHARACTERS}. */
  readonly format?: string
  /** When the picture was taken: seconds since 1970 by the camera's own clock, whose time zone is seldom known. */
  readonly taken?: number
  /** SHA-256 of the file (FIPS 180-4): 64 lower-case hexadecimal digits. */
  readonly sha256?: string
  /** A tiny picture to show meanwhile (a ThumbHash): at most {@link MAX_PLACEHOLDER_BYTES} bytes, in base64. */
  readonly placeholder?: string
  /** How it looks, by which pictures that look alike are found: a perceptual hash, see likeness.ts. */
  readonly likeness?: string
}

/** Pixels: beyond the 65,535 of a JPEG and what the other formats hold in practice. */
export const MAX_PIXELS_PER_SIDE = 1_000_000

/** Characters `a` to `z` and `0` to `9`. */
export const MAX_FORMAT_CHARACTERS = 8

/** Bytes: a ThumbHash takes 5 to 25. */
export const MAX_PLACEHOLDER_BYTES = 32
