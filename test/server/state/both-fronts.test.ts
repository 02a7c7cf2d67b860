import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Image, ImageEntry } from '../../../src/protocol/catalog-api.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { parseEndpoint } from '../../../src/protocol/endpoint.ts'
import { FIELD_BUFFER_BYTES } from '../../../src/protocol/limits.ts'
import { encodeListedImage } from '../../../src/protocol/listing.ts'
import type { Refusal } from '../../../src/server/index-state.ts'
import { AS_IS, catalogState, listAll } from '../../support/catalog-states.ts'
import {
  type Command,
  command,
  DIGESTS,
  doOn,
  doOverApi,
  type Given,
  identityOf,
} from '../../support/front-commands.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'

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
