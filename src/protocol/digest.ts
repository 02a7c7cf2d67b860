declare const digestBrand: unique symbol

/** An image's identity on the wire: its MD5 (RFC 1321) as 32 lower-case hexadecimal digits. */
export type Digest = string & { readonly [digestBrand]: true }

const HEX = /^[0-9a-fA-F]{32}$/

/** Reads 32 hexadecimal digits of either case; anything else is `undefined`. */
export function parseDigest(text: string): Digest | undefined {
  return HEX.test(text) ? (text.toLowerCase() as Digest) : undefined
}
