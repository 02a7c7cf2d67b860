import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { CatalogDriver } from '../support/catalog-driver.ts'

const REGISTRATIONS = 4000
const IMAGES_OF_EACH = 50
const ROUNDS = 5

/** Source address and port of a registration: some hundred ports of each of forty addresses, IPv6 among them. */
function peer(number: number): { address: string; port: number } {
  const host = number % 40
  return {
    address: host < 30 ? `10.0.0.${host}` : `2001:db8::${host}`,
    port: 1 + Math.floor(number / 40),
  }
}

/** A list of images nobody else has, with names of 10 to 69 bytes. */
function listOf(number: number): string {
  return Array.from({ length: IMAGES_OF_EACH }, (_, index) => {
    return `${md5(`${number}/${index}`)},${'n'.repeat(6 + ((number + index) % 60))}.png`
  }).join(';')
}

suite('a catalog that grows and shrinks', () => {
  test('takes the memory of its fullest moment once, and again no more', () => {
    const driver = new CatalogDriver()
    const numbers = Array.from({ length: REGISTRATIONS }, (_, number) => number)
    const lists = numbers.map(listOf)
    let capacity = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const number of numbers) {
        const { address, port } = peer(number)
        driver.done(`REG pw${number} ${port} ${lists[number]}`, address)
      }
      assert.deepEqual(driver.catalog.counts, {
        registrations: REGISTRATIONS,
        images: REGISTRATIONS * IMAGES_OF_EACH,
        holdings: REGISTRATIONS * IMAGES_OF_EACH,
      })
      const bytesPerImage = driver.catalog.capacityBytes / (REGISTRATIONS * IMAGES_OF_EACH)
      assert.ok(bytesPerImage < 250, `${bytesPerImage} bytes for an image and its owner`)
      if (round === 0) capacity = driver.catalog.capacityBytes
      assert.equal(driver.catalog.capacityBytes, capacity, `round ${round}`)

      // In another order than they came, so that what is free is scattered. 1,999 and 4,000 have no common factor.
      for (const number of numbers) {
        const leaving = (number * 1999) % REGISTRATIONS
        const { address, port } = peer(leaving)
        driver.done(`END pw${leaving} ${port}`, address)
      }
      assert.deepEqual(driver.catalog.counts, { registrations: 0, images: 0, holdings: 0 })
      assert.equal(driver.listing('ipv4'), '')
      assert.equal(driver.listing('ipv6'), '')
      assert.equal(driver.catalog.capacityBytes, capacity, `round ${round}`)
    }
  })

  test('keeps what it holds while lists of all lengths replace each other', () => {
    const driver = new CatalogDriver()
    const digest = (number: number) => md5(`${number}`)
    const lengths = [1, 1900, 3, 700, 1900, 2]
    lengths.forEach((length, turn) => {
      const list = Array.from({ length }, (_, index) => `${digest(turn * 100 + index)},n`).join(';')
      driver.done(`REG pw 1 ${list}`)
      assert.deepEqual(driver.catalog.counts, { registrations: 1, images: length, holdings: length })
    })
    driver.done(`REG pw 2 ${digest(500)},m`)
    assert.equal(
      driver.listing('ipv4'),
      `${digest(500)},n,127.0.0.1:1,127.0.0.1:2;${digest(501)},n,127.0.0.1:1`,
    )
  })

  test('takes a list longer than any datagram', () => {
    const driver = new CatalogDriver()
    const list = (from: number) => Array.from({ length: 5000 }, (_, index) => `${md5(`${from + index}`)},n`)
    driver.done(`REG pw 1 ${list(0).join(';')}`)
    driver.done(`REG pw 1 ${[...list(4000), ...list(4000)].join(';')}`)
    assert.deepEqual(driver.catalog.counts, { registrations: 1, images: 5000, holdings: 5000 })
    driver.done(`REG pw 2 ${list(0).join(';')}`)
    assert.deepEqual(driver.catalog.counts, { registrations: 2, images: 9000, holdings: 10_000 })
    driver.done('END pw 1')
    assert.deepEqual(driver.catalog.counts, { registrations: 1, images: 5000, holdings: 5000 })
    driver.done('END pw 2')
    assert.deepEqual(driver.catalog.counts, { registrations: 0, images: 0, holdings: 0 })
  })

  test('keeps a name of up to 20 bytes in the row of its image', () => {
    const capacityOf = (nameBytes: number) => {
      const driver = new CatalogDriver()
      for (let port = 1; port <= 20; port += 1) {
        const list = Array.from(
          { length: 1000 },
          (_, index) => `${md5(`${port}/${index}`)},${'n'.repeat(nameBytes)}`,
        )
        driver.done(`REG pw ${port} ${list.join(';')}`)
      }
      return driver.catalog.capacityBytes
    }
    assert.equal(capacityOf(20), capacityOf(1))
    assert.ok(capacityOf(21) > capacityOf(20))
  })
})

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
