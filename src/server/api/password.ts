import { MAX_PASSWORD_BYTES } from '../../protocol/limits.ts'
import { skipWhiteSpace } from '../../protocol/white-space.ts'
import { ProblemError } from './problems.ts'

/**
 * The password of a registration, in the Authorization header (RFC 9110 section 11.6.2):
 *
 *     credentials = "Bearer" 1*SP password      ; the scheme in any case
 *     password    = 1*256 OCTET                 ; of UTF-8 without white space, percent-encoded (RFC 3986 section 2.1)
 *
 * Throws `missingPassword` or `malformedPassword`.
 */
export function passwordFrom(authorization: string | undefined): string {
  const encoded = /^bearer +(\S*)$/i.exec(authorization ?? '')?.[1]
  if (authorization === undefined) throw new ProblemError('missingPassword')
  const password = encoded === undefined ? undefined : decode(encoded)
  if (password === undefined || !isPassword(password)) throw new ProblemError('malformedPassword')
  return password
}

function decode(encoded: string): string | undefined {
  // A header's bytes beyond ASCII would be read as Latin-1, and so as another password than was meant.
  if (!/^[\x21-\x7e]+$/.test(encoded)) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function isPassword(password: string): boolean {
  const bytes = Buffer.from(password)
  if (bytes.length < 1 || bytes.length > MAX_PASSWORD_BYTES) return false
  for (const character of password) {
    const one = Buffer.from(character)
    if (skipWhiteSpace(one, 0, one.length) > 0) return false
  }
  return true
}
