/** Seconds: a year, which RFC 9111 section 5.3 calls the longest that makes sense. */
const IMMUTABLE_SECONDS = 31_536_000

/** What is found by its digest never becomes anything else (RFC 8246). */
export const IMMUTABLE = `public, max-age=${IMMUTABLE_SECONDS}, immutable`

/**
 * What keeps a stranger's bytes from being more than a picture in a browser: they are taken for what they are said to be,
 * and run nothing. `cross-origin` lets a page of any origin show the picture, as a gallery on this computer does that of
 * another; no script of it can read the pixels, since nothing here allows CORS.
 */
export const PICTURE_SAFETY: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

/** A file's name in `Content-Disposition` (RFC 6266), in RFC 8187's form; it may hold half a surrogate pair. */
export function inlineAs(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `inline; filename*=UTF-8''${encoded}`
}
