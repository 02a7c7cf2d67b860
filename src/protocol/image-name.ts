import { parseEndpoint } from './endpoint.ts'
import { MAX_NAME_BYTES } from './limits.ts'

/**
 * Names on the wire. The grammar is `name = 1*1024 OCTET` in UTF-8 without `;` and NUL. A name whose last
 * comma-separated field reads as `ip:port` is refused: a listing would show it as an owner, and so send everybody who
 * reads the listing to an address that never registered.
 */

const COMMA = 0x2c

/** True when the name in `[start, end)` of `bytes` (valid UTF-8, no `;`) may stand in a list. */
export function isNameAcceptable(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > MAX_NAME_BYTES) return false
  const name = bytes.subarray(start, end)
  if (name.includes(0)) return false
  const comma = name.lastIndexOf(COMMA)
  return comma === -1 || !endsInEndpoint(bytes, start + comma, end)
}

/** True when what follows the comma at `comma` of `bytes` up to `end` reads as an address and a port. */
export function endsInEndpoint(bytes: Uint8Array, comma: number, end: number): boolean {
  const last = bytes[end - 1] ?? 0
  if (last < 0x30 || last > 0x39) return false
  return parseEndpoint(Buffer.from(bytes.subarray(comma + 1, end)).toString('latin1')) !== undefined
}

/**
 * The form in which our own file name goes onto the wire: what a list cannot carry (`;`, line breaks, other control
 * characters, white space at the ends, the comma before an address at the end) becomes `_`, and an over-long name is
 * shortened at a whole character with its extension kept.
 */
export function toWireName(fileName: string): string {
  const clean = fileName
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being replaced
    .replace(/[;\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, '_')
    .replace(/^\s+|\s+$/gu, toUnderscores)
  if (clean === '') return '_'
  // A cut may lay bare what must not end a name, so the end is looked at after it; what is put there is never longer.
  const name = shortenName(clean, MAX_NAME_BYTES).replace(/\s+$/u, toUnderscores)
  const comma = name.lastIndexOf(',')
  const hasAddress = comma !== -1 && parseEndpoint(name.slice(comma + 1)) !== undefined
  return hasAddress ? `${name.slice(0, comma)}_${name.slice(comma + 1)}` : name
}

function toUnderscores(text: string): string {
  return '_'.repeat(text.length)
}

/** Shortens `name` to at most `maxBytes` of UTF-8 at a whole character, keeping an extension of up to 16 characters. */
export function shortenName(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const found = /\.[^.\s]{1,16}$/u.exec(name)?.[0] ?? ''
  const extension = Buffer.byteLength(found) < maxBytes ? found : ''
  let room = maxBytes - Buffer.byteLength(extension)
  let base = ''
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= Buffer.byteLength(character)
    if (room < 0) break
    base += character
  }
  return base + extension
}
