import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CatalogLimits } from '../../src/catalog/catalog-limits.ts'
import { Reply } from '../../src/protocol/index-reply.ts'
import { CatalogDriver, testDigest } from '../support/catalog-driver.ts'

const A = `${testDigest(0xa)},a.png`
const B = `${testDigest(0xb)},b.png`
const C = `${testDigest(0xc)},c.png`

/** Each limit: what fills it to the last, what then is one too many, and what still goes. */
const cases: readonly {
  readonly limit: Partial<CatalogLimits>
  readonly fills: readonly string[]
  readonly refused: readonly string[]
  readonly reply: string
  readonly stillDone: readonly string[]
}[] = [
  {
    limit: { imagesPerRegistration: 2 },
    fills: [`REG pw 1 ${A};${B}`],
    refused: [`REG pw 1 ${A};${B};${C}`, `UPD pw 1 ${A};${A};${B}`, `REG pw 2 ${A};${B};${C}`],
    reply: Reply.tooManyImages,
    stillDone: [`UPD pw 1 ${B};${C}`, `REG pw 2 ${A};${A}`],
  },
  {
    limit: { registrations: 2 },
    fills: [`REG pw 1 ${A}`, `REG pw 2 ${A}`],
    refused: [`REG pw 3 ${A}`],
    reply: Reply.tooManyRegistrations,
    stillDone: [`REG pw 1 ${B}`, `UPD pw 2 ${C}`, 'END pw 1', `REG pw 3 ${A}`],
  },
  {
    limit: { registrationsPerAddress: 2 },
    fills: [`REG pw 1 ${A}`, `REG pw 2 ${A}`],
    refused: [`REG pw 3 ${A}`],
    reply: Reply.tooManyRegistrations,
    stillDone: [`REG pw 1 ${B}`, `UPD pw 2 ${C}`, 'END pw 1', `REG pw 3 ${A}`],
  },
  {
    limit: { images: 2 },
    fills: [`REG pw 1 ${A}`, `REG pw 2 ${A};${B}`],
    refused: [`UPD pw 1 ${C}`, `UPD pw 2 ${A};${B};${C}`, `REG pw 3 ${C}`],
    reply: Reply.tooManyImages,
    stillDone: [`REG pw 3 ${A};${B}`, 'END pw 3', `UPD pw 2 ${A};${C}`, `UPD pw 2 ${C};${C}`],
  },
  {
    limit: { holdings: 3 },
    fills: [`REG pw 1 ${A}`, `REG pw 2 ${A};${B}`],
    refused: [`UPD pw 1 ${A};${B}`, `REG pw 3 ${A}`],
    reply: Reply.tooManyImages,
    stillDone: [`UPD pw 1 ${A};${A};${A}`, `UPD pw 1 ${C}`, 'END pw 1', `REG pw 3 ${A}`],
  },
  {
    limit: { nameBytes: 'a.png'.length + 'ção.png'.length + 2 },
    fills: [`REG pw 1 ${A}`, `REG pw 2 ${testDigest(0xb)},ção.png`],
    refused: [`UPD pw 1 ${testDigest(0xc)},ab.png`, `REG pw 3 ${testDigest(0xd)},d`],
    reply: Reply.tooManyImages,
    stillDone: [`UPD pw 1 ${testDigest(0xa)},longer.png`, `UPD pw 1 ${testDigest(0xc)},c.png`],
  },
]

suite('each limit of the catalog', () => {
  for (const { limit, fills, refused, reply, stillDone } of cases) {
    test(`${Object.keys(limit).join()}: reached exactly, and no further`, () => {
      const driver = new CatalogDriver(limit)
      for (const datagram of fills) driver.done(datagram)
      const counts = driver.catalog.counts
      const listing = driver.listing('ipv4')
      for (const datagram of refused) {
        assert.equal(driver.answer(datagram), reply, datagram)
        assert.deepEqual(driver.catalog.counts, counts, datagram)
        assert.equal(driver.listing('ipv4'), listing, datagram)
      }
      for (const datagram of stillDone) driver.done(datagram)
    })
  }

  test('registrations of one address leave the others theirs', () => {
    const driver = new CatalogDriver({ registrationsPerAddress: 1 })
    driver.done(`REG pw 1 ${A}`, '10.0.0.1')
    driver.done(`REG pw 1 ${A}`, '10.0.0.2')
    driver.done(`REG pw 1 ${A}`, '2001:db8::1')
    assert.equal(driver.answer(`REG pw 2 ${A}`, '2001:db8::1'), Reply.tooManyRegistrations)
  })

  test('a refused newcomer leaves nothing behind', () => {
    const driver = new CatalogDriver({ images: 1, registrations: 1 })
    assert.equal(driver.answer(`REG pw 1 ${A};${B}`), Reply.tooManyImages)
    assert.equal(driver.answer('END pw 1'), Reply.otherPassword)
    driver.done(`REG other 1 ${A}`)
  })

  test('a refused list leaves the earlier one whole', () => {
    const driver = new CatalogDriver({ images: 3 })
    driver.done(`REG pw 1 ${A};${B}`)
    assert.equal(
      driver.answer(`UPD pw 1 ${B};${C};${testDigest(1)},d;${testDigest(2)},e`),
      Reply.tooManyImages,
    )
    driver.done(`REG pw 2 ${C}`)
    driver.done('END pw 1')
    assert.equal(driver.listing('ipv4'), `${C},127.0.0.1:2`)
    assert.deepEqual(driver.catalog.counts, { registrations: 1, images: 1, holdings: 1 })
  })
})
