import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { CatalogLimits } from '../../src/catalog/catalog-limits.ts'
import { decodeIndexRequest, Word } from '../../src/protocol/index-request.ts'
import { addressBytes, CatalogDriver, WIDE_LIMITS } from '../support/catalog-driver.ts'
import { ReferenceCatalog, type ReferenceRequest } from '../support/reference-catalog.ts'

const SEEDS = [1, 2, 3, 4, 5]
const RUNS_PER_SEED = 500
const MAX_COMMANDS = 60

const ADDRESSES = ['10.0.0.1', '192.168.201.254', '2001:db8::1', 'fe80::abcd:1234:5678:9abc']
const DIGESTS = Array.from({ length: 14 }, (_, index) => createHash('md5').update(`${index}`).digest('hex'))
/** Around every length at which a name is stored differently, and long enough for few images to fill a listing. */
const NAMES = [
  'a.png',
  'my dog, and cat.png',
  'praça ☀️.png',
  ...[27, 28, 29, 55, 56, 57, 300, 1023, 1024].map(bytes => 'n'.repeat(bytes)),
  'ç'.repeat(512),
]
/** Ports from here on belong to crowds: more owners of one image than a listing shows. */
const CROWD_PORT = 100

const address = fc.constantFrom(...ADDRESSES)
const password = fc.oneof({ weight: 9, arbitrary: fc.constant('one') }, fc.constant('two'))
const entry = fc
  .tuple(fc.constantFrom(...DIGESTS), fc.boolean(), fc.constantFrom(...NAMES))
  .map(([digest, isUpper, name]) => ({ digest: isUpper ? digest.toUpperCase() : digest, name }))
const entries = fc.array(entry, { minLength: 1, maxLength: 6 })
const port = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 22, 65_535) },
  fc.integer({ min: CROWD_PORT, max: CROWD_PORT + 39 }),
)

const change = fc.record({ word: fc.constantFrom('REG', 'UPD'), address, port, password, entries })
const end = fc.record({ word: fc.constant('END'), address, port, password, entries: fc.constant([]) })
const crowd = fc
  .tuple(address, fc.integer({ min: 20, max: 40 }), fc.array(entry, { minLength: 1, maxLength: 2 }))
  .map(([ofAddress, size, list]) =>
    Array.from({ length: size }, (_, index) => ({
      word: 'REG' as const,
      address: ofAddress,
      port: CROWD_PORT + index,
      password: 'one',
      entries: list,
    })),
  )
const LST = 'LST'
/** One command: requests, or a look at the listings. */
const command: fc.Arbitrary<readonly ReferenceRequest[] | typeof LST> = fc.oneof(
  { weight: 12, arbitrary: change.map(request => [request] as readonly ReferenceRequest[]) },
  { weight: 4, arbitrary: end.map(request => [request] as readonly ReferenceRequest[]) },
  { weight: 4, arbitrary: fc.constant<typeof LST>(LST) },
  { weight: 1, arbitrary: crowd },
)

/** Each limit either far away or near enough to be hit. */
function limit(min: number, max: number, wide: number): fc.Arbitrary<number> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(wide) }, fc.integer({ min, max }))
}
const limits: fc.Arbitrary<CatalogLimits> = fc.record({
  imagesPerRegistration: limit(1, 5, WIDE_LIMITS.imagesPerRegistration),
  registrationsPerAddress: limit(1, 3, WIDE_LIMITS.registrationsPerAddress),
  registrations: limit(1, 8, WIDE_LIMITS.registrations),
  images: limit(1, 10, WIDE_LIMITS.images),
  nameBytes: limit(5, 3000, WIDE_LIMITS.nameBytes),
  holdings: limit(1, 15, WIDE_LIMITS.holdings),
})

suite('the catalog does what the reference does', () => {
  for (const seed of SEEDS) {
    test(`in random conversations, seed ${seed}`, () => {
      fc.assert(
        fc.property(
          limits,
          // Looking after every step would never show a listing renewed late, looking only when asked would miss when.
          fc.boolean(),
          fc.array(command, { maxLength: MAX_COMMANDS, size: 'max' }),
          (someLimits, looksAlways, commands) => {
            const pair = new Pair(someLimits)
            for (const each of commands) {
              if (each === LST) pair.compareListings()
              else for (const request of each) pair.apply(request)
              if (looksAlways) pair.compareListings()
            }
            pair.compareListings()
          },
        ),
        { seed, numRuns: RUNS_PER_SEED },
      )
    })
  }
})

/** A catalog and the reference beside it, told the same. */
class Pair {
  readonly #driver: CatalogDriver
  readonly #reference: ReferenceCatalog

  constructor(someLimits: CatalogLimits) {
    this.#driver = new CatalogDriver(someLimits)
    this.#reference = new ReferenceCatalog(someLimits)
  }

  apply(request: ReferenceRequest): void {
    const list = request.entries.map(({ digest, name }) => `${digest},${name}`).join(';')
    const text = `${request.word} ${request.password} ${request.port}${list === '' ? '' : ` ${list}`}`
    const decoded = decodeIndexRequest(Buffer.from(text))
    assert.ok(decoded !== undefined && decoded.word !== Word.list, text)
    const outcome = this.#driver.catalog.apply(decoded, addressBytes(request.address), 0, 1)
    assert.equal(outcome === 'unchanged' ? 'done' : outcome, this.#reference.apply(request))
    assert.deepEqual(this.#driver.catalog.counts, this.#reference.counts)
  }

  compareListings(): void {
    assert.equal(this.#driver.listing('ipv4'), this.#reference.listing('ipv4'))
    assert.equal(this.#driver.listing('ipv6'), this.#reference.listing('ipv6'))
  }
}
