import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Digest, parseDigest } from '../../src/protocol/digest.ts'
import type { Endpoint } from '../../src/protocol/endpoint.ts'
import { MAX_NAME_BYTES, MAX_PASSWORD_BYTES, MAX_PORT } from '../../src/protocol/limits.ts'
import { isReferenceName, stripEnd, stripStart } from './reference-request.ts'

/** Generated values of the wire's fields, weighted towards what is awkward. */

const awkward = [
  ';',
  ',',
  ' ',
  '\t',
  '\n',
  '\0',
  '\u001c',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u3000',
  '\ufeff',
  '.',
]
const tails = [
  ',1.2.3.4:80',
  ', 1.2.3.4:80',
  ',[::1]:5001',
  ',255.255.255.255:65535',
  '.png',
  '.tar.gz',
  '😀',
  'é',
]
const loneSurrogates = ['\ud83d', '\ude00']

const codeUnit: fc.Arbitrary<string> = fc.nat({ max: 0xffff }).map(unit => String.fromCharCode(unit))
const piece: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  fc.constantFrom(...awkward, ...tails, ...loneSurrogates),
  codeUnit,
)

/** Any string that JavaScript can hold, also one with lone surrogates. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: piece, maxLength: 30 })

/** Any string around and above the longest name, so that a cut falls onto anything. */
export const longText: fc.Arbitrary<string> = fc
  .tuple(anyText, fc.integer({ min: MAX_NAME_BYTES - 80, max: MAX_NAME_BYTES + 20 }), anyText, anyText)
  .map(([head, times, middle, tail]) => `${head}${'n'.repeat(times)}${middle}${tail}`)

const HEX_DIGITS = [...'0123456789abcdef']
export const digest: fc.Arbitrary<Digest> = fc
  .string({ unit: fc.constantFrom(...HEX_DIGITS), minLength: 32, maxLength: 32 })
  .map(asDigest)

/** A digest of either case, as a stranger may write it. */
export const digestText: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(...HEX_DIGITS, ...'ABCDEF'),
  minLength: 32,
  maxLength: 32,
})

export const port: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: MAX_PORT }),
  fc.constantFrom(1, MAX_PORT),
)

/** A password: no space, and no white space at its ends, where END would lose it. */
export const password: fc.Arbitrary<string> = fc
  .string({
    unit: fc.oneof(fc.constantFrom(',', ';', '\t', 'é', '😀'), fc.string({ minLength: 1, maxLength: 1 })),
  })
  .map(text => text.replaceAll(/\s/g, '_'))
  .filter(text => text !== '' && Buffer.byteLength(text) <= MAX_PASSWORD_BYTES)

/** A name as a stranger may put it anywhere into a list: without white space at its ends, which the last one would lose. */
export const wireName: fc.Arbitrary<string> = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(',', ', ', ' ', '.', '\n', '\ufeff', ',1.2.3.4:8', ', 1.2.3.4:80', '1.2.3.4:80 '),
      piece,
    ),
    minLength: 1,
    maxLength: 20,
  })
  .map(text => stripEnd(stripStart(text.toWellFormed().replaceAll(/[;\0]/g, ''))))
  .filter(isReferenceName)

export const ipv4: fc.Arbitrary<string> = fc.ipV4()
export const ipv6: fc.Arbitrary<string> = fc.ipV6()
export const endpoint: fc.Arbitrary<Endpoint> = fc.record(
  { address: fc.oneof(ipv4, ipv6), port },
  { noNullPrototype: true },
)

/** A digest of a test's own. */
export function asDigest(text: string): Digest {
  const found = parseDigest(text)
  assert.ok(found !== undefined, `not a digest: ${text}`)
  return found
}
