import { createHash } from 'node:crypto'
import { type Digest, parseDigest } from '../../src/protocol/digest.ts'

/** The digest of some bytes. */
export function md5(bytes: Uint8Array): Digest {
  const digest = parseDigest(createHash('md5').update(bytes).digest('hex'))
  if (digest === undefined) throw new TypeError('an MD5 has 32 hexadecimal digits')
  return digest
}
