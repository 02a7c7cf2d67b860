import fc from 'fast-check'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import { MAX_PIXELS_PER_SIDE, MAX_PLACEHOLDER_BYTES } from '../../src/protocol/image-details.ts'
import type { PeerIdentity } from '../../src/server/index-state.ts'
import type { LogEntry } from '../../src/server/journal/log-entry.ts'

/** What is compared with it was made as a plain object. */
const PLAIN = { noNullPrototype: true }

const hexadecimal = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(value => Buffer.from(value).toString('hex'))

export const digest: fc.Arbitrary<Digest> = hexadecimal(16).map(text => text as Digest)

const placeholder = fc.uint8Array({ minLength: 1, maxLength: MAX_PLACEHOLDER_BYTES }).chain(bytes => {
  const text = Buffer.from(bytes).toString('base64')
  // The API takes both: with the padding and without.
  return fc.constantFrom(text, text.replaceAll('=', ''))
})

const imageEntry: fc.Arbitrary<ImageEntry> = fc.record(
  {
    md5: digest,
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    bytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    width: fc.integer({ min: 1, max: MAX_PIXELS_PER_SIDE }),
    height: fc.integer({ min: 1, max: MAX_PIXELS_PER_SIDE }),
    format: fc.string({ unit: fc.constantFrom(...'abcz09'), minLength: 1, maxLength: 8 }),
    taken: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    sha256: hexadecimal(32),
    placeholder,
    likeness: hexadecimal(8),
  },
  { requiredKeys: ['md5', 'name'], ...PLAIN },
)

export const peer: fc.Arbitrary<PeerIdentity> = fc.record(
  {
    address: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  PLAIN,
)

const passwordDigest = fc.uint8Array({ minLength: 32, maxLength: 32 })

export const imageEntries: fc.Arbitrary<ImageEntry[]> = fc.array(imageEntry, { maxLength: 6 })

export const standing = fc.record({ passwordDigest, leased: fc.boolean(), absent: fc.boolean() }, PLAIN)

export const recordedImages = fc.array(fc.record({ order: fc.maxSafeNat(), entry: imageEntry }, PLAIN), {
  maxLength: 6,
})

export const logEntry: fc.Arbitrary<LogEntry> = fc.oneof(
  fc
    .record({
      peer,
      passwordDigest,
      bytes: fc.uint8Array({ minLength: 34, maxLength: 120 }),
      before: fc.nat(34),
    })
    .map(({ before, bytes, ...rest }) => {
      return { kind: 'list' as const, ...rest, bytes, start: before, end: bytes.length }
    }),
  fc.record({ kind: fc.constant('images' as const), peer, passwordDigest, entries: imageEntries }, PLAIN),
  fc.record(
    { kind: fc.constant('removed' as const), peer, digests: fc.array(digest, { maxLength: 4 }) },
    PLAIN,
  ),
  fc.record({ kind: fc.constantFrom('ended', 'absent', 'present', 'leased'), peer }, PLAIN),
)
