import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Image, ImageEntry } from '../../../src/protocol/catalog-api.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { parseEndpoint } from '../../../src/protocol/endpoint.ts'
import { decodeIndexRequest } from '../../../src/protocol/index-request.ts'
import { FIELD_BUFFER_BYTES } from '../../../src/protocol/limits.ts'
import { encodeListedImage } from '../../../src/protocol/listing.ts'
import type { PeerIdentity, Refusal } from '../../../src/server/index-state.ts'
import type { CatalogState } from '../../../src/server/state/catalog-state.ts'
import { addressBytes } from '../../support/catalog-driver.ts'
import { AS_IS, catalogState, listAll } from '../../support/catalog-states.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'

const DIGESTS = Array.from(
  { length: 12 },
  (_, index) => createHash('md5').update(`${index}`).digest('hex') as Digest,
)
/** What every owner says of an image over HTTP, where anybody says anything. */
const DETAILS = DIGESTS.map((md5, index) => ({
  bytes: 100 + index,
  format: 'png',
  ...(index % 2 === 0 && { width: index + 1, height: 2 }),
  ...(index % 3 === 0 && { sha256: md5 + md5 }),
}))
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '2001:db8::1', '127.0.0.1']

const entry = fc.record({
  index: fc.nat({ max: DIGESTS.length - 1 }),
  name: fc.constantFrom('a.png', 'praça, sol.jpg', 'x'.repeat(300), 'n'.repeat(900)),
})
type Given = { readonly index: number; readonly name: string }
const entries = fc.array(entry, { minLength: 1, maxLength: 8 })
const peer = fc.record({
  address: fc.constantFrom(...ADDRESSES),
  port: fc.integer({ min: 1, max: 3 }),
  password: fc.oneof({ weight: 6, arbitrary: fc.constant('one') }, fc.constant('two')),
})
const command = fc.record({
  kind: fc.constantFrom('REG', 'UPD', 'END', 'ALV', 'register', 'add', 'remove', 'replace', 'end'),
  peer,
  entries,
})
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

const toWire = (list: readonly Given[]) =>
  list.map(({ index, name }) => `${DIGESTS[index]},${name}`).join(';')
/** Over UDP come no details: those of the images that are only ever registered that way are unknown. */
const isOverUdp = (index: number) => index % 4 === 3
const toEntries = (list: readonly Given[]): ImageEntry[] =>
  list.map(({ index, name }) => ({
    md5: DIGESTS[index] ?? '',
    name,
    ...(!isOverUdp(index) && DETAILS[index]),
  }))

function identityOf({ address, port }: Command['peer']): PeerIdentity {
  return { address: addressBytes(address), port }
}

/** Does a command on the real state, by the front that it belongs to. */
async function doOn(state: CatalogState, { kind, peer: who, entries: list }: Command): Promise<string> {
  const identity = identityOf(who)
  switch (kind) {
    case 'REG':
    case 'UPD':
    case 'END':
    case 'ALV': {
      const text = `${kind} ${who.password} ${who.port}`
      const request = decodeIndexRequest(
        Buffer.from(kind === 'REG' || kind === 'UPD' ? `${text} ${toWire(list)}` : text),
      )
      assert.ok(request, text)
      const outcome = state.apply(request, identity.address, 0, 1000)
      return outcome === 'unchanged' ? 'done' : outcome
    }
    default:
      return (await doOverApi(state, kind, identity, who.password, list)) ?? 'done'
  }
}

type ApiKind = Exclude<Command['kind'], 'REG' | 'UPD' | 'END' | 'ALV'>

async function doOverApi(
  state: CatalogState | InMemoryIndexState,
  kind: ApiKind,
  identity: PeerIdentity,
  password: string,
  list: readonly Given[],
): Promise<Refusal | undefined> {
  switch (kind) {
    case 'register':
      return state.register(identity, password)
    case 'add':
      return state.register(identity, password) ?? state.addImages(identity, password, toEntries(list))
    case 'remove': {
      const digests = list.flatMap(({ index }) => DIGESTS[index] ?? [])
      return state.removeImages(identity, password, digests)
    }
    case 'replace': {
      const refusal = state.register(identity, password)
      if (refusal !== undefined) return refusal
      const replacement = state.replaceImages(identity, password)
      if (typeof replacement === 'string') return replacement
      return replacement.add(toEntries(list)) ?? (await replacement.finish())
    }
    case 'end':
      return state.end(identity, password)
    default:
      return kind satisfies never
  }
}

/** The same on the plain reference, where a datagram is what it means over the API. */
async function doOnReference(reference: InMemoryIndexState, given: Command): Promise<string> {
  const { kind, peer: who, entries: list } = given
  const identity = identityOf(who)
  const plain = (each: readonly Given[]): ImageEntry[] =>
    each.map(({ index, name }) => ({ md5: DIGESTS[index] ?? '', name }))
  const replace = async (): Promise<Refusal | undefined> => {
    const replacement = reference.replaceImages(identity, who.password)
    if (typeof replacement === 'string') return replacement
    // The first name of an image that is listed twice is the one that counts.
    const first = plain(list).filter(({ md5 }, at, all) => all.findIndex(other => other.md5 === md5) === at)
    return replacement.add(first) ?? (await replacement.finish())
  }
  switch (kind) {
    case 'REG':
      return reference.register(identity, who.password) ?? (await replace()) ?? 'done'
    case 'UPD':
      return (await replace()) ?? 'done'
    case 'END':
      return reference.end(identity, who.password) ?? 'done'
    case 'ALV':
      return reference.renew(identity, who.password) ?? 'done'
    default:
      return (await doOverApi(reference, kind, identity, who.password, list)) ?? 'done'
  }
}

/** Details are compared in a test of their own: an owner who registers over UDP says nothing of them. */
function withoutDetails({ md5, name, owners, ownerCount }: Image): object {
  return { md5, name, owners, ownerCount }
}

/** What a datagram lists of these images, which are in the order of the listing. */
function expectedListing(images: readonly Image[], asker: 'ipv4' | 'ipv6'): string {
  let listing = ''
  for (const { md5, name, owners } of images) {
    const endpoints = owners.flatMap(owner => parseEndpoint(owner) ?? [])
    const listed = endpoints.filter(({ address }) => asker === 'ipv6' || !address.includes(':'))
    if (listed.length === 0) continue
    const text = encodeListedImage({ digest: md5 as Digest, name, owners: listed })
    const longer = listing === '' ? text : `${listing};${text}`
    if (Buffer.byteLength(longer) > FIELD_BUFFER_BYTES) break
    listing = longer
  }
  return listing
}

suite('old clients and the API see one and the same catalog', () => {
  for (const seed of [1, 2, 3, 4]) {
    test(`whoever changes it by whichever front, seed ${seed}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async commands => {
          const { state, catalog } = catalogState()
          const reference = new InMemoryIndexState()
          for (const given of commands) {
            const outcome = await doOn(state, given)
            assert.equal(outcome, await doOnReference(reference, given), `${given.kind}`)
            state.commit()
            assert.deepEqual(state.counts(), reference.counts())
            const images = await listAll(state, { limit: 5 })
            const expected = await listAll(reference, { limit: 1000 })
            assert.deepEqual(images.map(withoutDetails), expected.map(withoutDetails))
            for (const asker of ['ipv4', 'ipv6'] as const) {
              const listing = Buffer.from(state.listing(asker, AS_IS)).toString()
              assert.equal(listing, expectedListing(images.toReversed(), asker))
            }
            for (const { md5 } of images) {
              const image = state.image(md5 as Digest, AS_IS)
              assert.ok(image && image.ownerCount > 0)
            }
          }
          assert.equal(catalog.images.order.count, catalog.counts.images)
        }),
        { seed, numRuns: 60 },
      )
    })
  }
})
