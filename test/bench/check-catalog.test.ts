import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCatalog } from '../../bench/crash/check-catalog.ts'
import { CrashPeer } from '../../bench/crash/crash-peer.ts'
import type { ShownCatalog } from '../../bench/crash/read-catalog.ts'

const a = { md5: 'a'.repeat(32), name: 'a.png', details: {} }
const b = { md5: 'b'.repeat(32), name: 'b.png', details: { bytes: 7 } }

/** Two peers of which one has registered two images. */
function peers(): readonly [CrashPeer, CrashPeer] {
  const one = new CrashPeer('127.0.1.1', 5001, 1)
  one.adopt({
    password: 'pw',
    images: new Map([a, b].map(({ md5, name, details }) => [md5, { name, details }])),
  })
  return [one, new CrashPeer('127.0.1.2', 5001, 2)]
}

const owners = ['127.0.1.1:5001']
const right: ShownCatalog = {
  images: [
    { md5: a.md5, name: 'a.png', owners, ownerCount: 1 },
    { md5: b.md5, name: 'b.png', owners, ownerCount: 1, bytes: 7 },
  ],
  counts: { registrations: 1, images: 2, holdings: 2 },
  listing: `${a.md5},a.png,127.0.1.1:5001;${b.md5},b.png,127.0.1.1:5001`,
  health: 'ok',
  journalLogBytes: 0,
}

async function violationsIn(shown: Partial<ShownCatalog>, takes = 'pw'): Promise<readonly string[]> {
  const renew = async (_peer: CrashPeer, password: string) => password === takes
  return (await checkCatalog(peers(), { ...right, ...shown }, renew)).violations
}

test('a catalog that holds what was acknowledged is right', async () => {
  const renew = async () => true
  const all = peers()
  assert.deepEqual(await checkCatalog(all, right, renew), {
    violations: [],
    fates: [],
    registrations: 1,
    holdings: 2,
  })
  assert.equal(all[0].state?.images.size, 2)
  assert.equal(all[1].state, undefined)
})

test('whatever differs is found', async () => {
  const [first] = right.images
  assert.ok(first)
  const stranger = { md5: 'c'.repeat(32), name: 'c.png', owners: ['10.0.0.1:1'], ownerCount: 1 }
  const cases: readonly [RegExp, Partial<ShownCatalog>, string?][] = [
    [/1 missing, 0 too many/, { images: [first], counts: { registrations: 1, images: 1, holdings: 1 } }],
    [/10\.0\.0\.1:1 is listed with 1 images and never registered/, { images: [...right.images, stranger] }],
    [
      /0 missing, 0 too many, 1 described otherwise/,
      { images: right.images.map(image => ({ ...image, bytes: 7 })) },
    ],
    [/its password is not taken/, {}, 'another'],
    [/3 registrations are counted, and 1 are there/, { counts: { ...right.counts, registrations: 3 } }],
    [/LST shows something else/, { listing: 'ERR NO_IMAGES_AVAILABLE' }],
    [/\/healthz says degraded/, { health: 'degraded' }],
    [/an image is on two pages/, { images: [...right.images, first] }],
    [/2 owners, 1 shown/, { images: right.images.map(image => ({ ...image, ownerCount: 2 })) }],
  ]
  for (const [sentence, shown, takes] of cases) {
    const violations = await violationsIn(shown, takes)
    assert.ok(
      violations.some(violation => sentence.test(violation)),
      `${sentence}: ${violations}`,
    )
  }
})
