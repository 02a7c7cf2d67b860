/** What decoding one picture may cost. */
export interface DecoderLimits {
  /** Milliseconds for the process to start, after which it counts as missing. */
  readonly startMs: number
  /** Milliseconds for one picture, after which its process is ended. */
  readonly pictureMs: number
  /** Bytes of resident memory, above which the process is ended. */
  readonly residentBytes: number
  /** Pictures that wait, at most; one more is turned away. */
  readonly waiting: number
  /** Milliseconds after which a process with nothing to do is ended: a folder at rest should cost no memory. */
  readonly idleMs: number
  /** Milliseconds before the fourth start after three crashes in a row; it doubles with each further one. */
  readonly restartMs: number
}

export const DEFAULT_DECODER_LIMITS: DecoderLimits = {
  // It takes a quarter of a second, and some on a machine that has much else to do.
  startMs: 30_000,
  // A photo of 12 megapixels takes 0.1 s, one of 100 a few seconds.
  pictureMs: 20_000,
  // Node and the decoder take 90 MB, an interlaced PNG of the pixels allowed 300 MB and more.
  residentBytes: 640 * 1024 * 1024,
  // Each wait is a promise and a few words. At ten photos a second the last of them waits half a minute.
  waiting: 256,
  idleMs: 10_000,
  restartMs: 1000,
}

/** Milliseconds: the longest pause between two starts of a process that keeps crashing. */
export const MAX_RESTART_MS = 30_000

/** Pixels of a picture: above what cameras make, and below what a file of a few kilobytes can claim to hold. */
export const MAX_DECODED_PIXELS = 100_000_000

/** Bytes of a picture's file: it is read into memory as a whole, and a camera's raw file has 60 MB. */
export const MAX_DECODED_FILE_BYTES = 128 * 1024 * 1024

/** Bytes of what comes out: a preview of 2048 pixels of pure noise has 3 MB. */
export const MAX_PREVIEW_BYTES = 8 * 1024 * 1024
