declare module 'thumbhash' {
  /**
   * The ThumbHash of a picture of at most 100 by 100 pixels, each red, green, blue and alpha not premultiplied: 5 to 25
   * bytes. Throws a RangeError where it is larger.
   */
  export function rgbaToThumbHash(width: number, height: number, rgba: Uint8Array): Uint8Array

  /** The picture that a ThumbHash stands for, some 32 pixels on its longer side. Garbage gives garbage, or throws. */
  export function thumbHashToRGBA(hash: Uint8Array): { w: number; h: number; rgba: Uint8Array<ArrayBuffer> }

  /** Width by height of that picture. */
  export function thumbHashToApproximateAspectRatio(hash: Uint8Array): number
}
