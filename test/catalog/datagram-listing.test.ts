import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_LISTED_OWNERS } from '../../src/catalog/datagram-listing.ts'
import { FIELD_BUFFER_BYTES } from '../../src/protocol/limits.ts'
import { addressBytes, CatalogDriver, testDigest } from '../support/catalog-driver.ts'

const IPV6 = '2001:db8::1'
const A = testDigest(0xaaaa)
const B = testDigest(0xbbbb)
const C = testDigest(0xcccc)

type Asker = 'ipv4' | 'ipv6'

/** True when the listing is the very array it was before `requests`: it was not made anew. */
function isKept(
  driver: CatalogDriver,
  asker: Asker,
  ...requests: readonly (readonly [string, string?])[]
): boolean {
  const before = driver.catalog.listings.bytes(asker)
  for (const [datagram, address] of requests) driver.done(datagram, address)
  return driver.catalog.listings.bytes(asker) === before
}

/** A driver whose listing is cut: `count` images of one entry each, each of some 150 bytes. */
function fullDriver(count: number): CatalogDriver {
  const driver = new CatalogDriver()
  for (let number = 0; number < count; number += 1) {
    driver.done(`REG pw ${1000 + number} ${testDigest(number)},${'n'.repeat(100)}`)
  }
  return driver
}

/** How many images a listing shows. */
function shown(driver: CatalogDriver, asker: Asker = 'ipv4'): number {
  return driver.listing(asker).split(';').length
}

suite('a listing shows', () => {
  test('nothing as no bytes at all', () => {
    const driver = new CatalogDriver()
    assert.equal(driver.catalog.listings.bytes('ipv4').length, 0)
    assert.equal(driver.catalog.listings.bytes('ipv6').length, 0)
  })

  test('digests of either case as one image, in lower case', () => {
    const driver = new CatalogDriver()
    const digest = '0CC175B9c0f1b6a831c399e269772661'
    driver.done(`REG pw 1 ${digest},first.png;${digest.toLowerCase()},second.png`)
    driver.done(`REG pw 2 ${digest.toUpperCase()},third.png`)
    const listing = `${digest.toLowerCase()},first.png,127.0.0.1:1,127.0.0.1:2`
    assert.equal(driver.listing('ipv4'), listing)
  })

  test('an IPv4 asker the IPv4 owners, an IPv6 asker those first and the others after them', () => {
    const driver = new CatalogDriver()
    driver.done(`REG pw 1 ${A},a.png;${B},b.png`, IPV6)
    driver.done(`REG pw 2 ${B},other.png;${C},c.png`, '10.0.0.1')
    assert.equal(driver.listing('ipv4'), `${B},b.png,10.0.0.1:2;${C},c.png,10.0.0.1:2`)
    assert.equal(
      driver.listing('ipv6'),
      `${A},a.png,[${IPV6}]:1;${B},b.png,10.0.0.1:2,[${IPV6}]:1;${C},c.png,10.0.0.1:2`,
    )
  })

  test('an IPv4 asker an image where it stood before it had an IPv4 owner', () => {
    const driver = new CatalogDriver()
    driver.done(`REG pw 1 ${A},a.png`, IPV6)
    driver.done(`REG pw 1 ${B},b.png`, '10.0.0.1')
    assert.equal(driver.listing('ipv4'), `${B},b.png,10.0.0.1:1`)
    driver.done(`REG pw 2 ${A},a.png`, '10.0.0.1')
    assert.equal(driver.listing('ipv4'), `${A},a.png,10.0.0.1:2;${B},b.png,10.0.0.1:1`)
  })

  test('owners on the server’s own machine by the address that the asker can reach it at', () => {
    const driver = new CatalogDriver()
    const listing = (asker: Asker, loopbackAs?: string) =>
      Buffer.from(
        driver.catalog.listings.bytes(asker, loopbackAs === undefined ? undefined : addressBytes(loopbackAs)),
      ).toString()
    driver.done(`REG pw 1 ${A},a.png`, '10.0.0.1')
    assert.equal(listing('ipv4', '192.168.1.2'), `${A},a.png,10.0.0.1:1`)
    driver.done(`REG pw 2 ${A},a.png;${B},b.png`, '127.0.0.1')
    driver.done(`REG pw 3 ${A},a.png`, '::1')
    assert.equal(listing('ipv4'), `${A},a.png,10.0.0.1:1,127.0.0.1:2;${B},b.png,127.0.0.1:2`)
    assert.equal(
      listing('ipv4', '192.168.1.2'),
      `${A},a.png,10.0.0.1:1,192.168.1.2:2;${B},b.png,192.168.1.2:2`,
    )
    const seenFrom = '[2001:db8::9]'
    assert.equal(
      listing('ipv6', '2001:db8::9'),
      `${A},a.png,10.0.0.1:1,${seenFrom}:2,${seenFrom}:3;${B},b.png,${seenFrom}:2`,
    )
    driver.done('END pw 2', '127.0.0.1')
    assert.equal(listing('ipv4', '192.168.1.2'), `${A},a.png,10.0.0.1:1`)
    assert.equal(listing('ipv6', '2001:db8::9'), `${A},a.png,10.0.0.1:1,${seenFrom}:3`)
  })

  test('the same from many addresses, of which the one asked for longest ago is made anew', () => {
    const driver = new CatalogDriver()
    driver.done(`REG pw 1 ${A},a.png`, '127.0.0.1')
    const from = (last: number) => driver.catalog.listings.bytes('ipv4', addressBytes(`10.0.0.${last}`))
    const first = from(1)
    assert.equal(from(1), first)
    for (let last = 2; last <= 20; last += 1) {
      assert.equal(Buffer.from(from(last)).toString(), `${A},a.png,10.0.0.${last}:1`)
    }
    assert.notEqual(from(1), first)
    assert.equal(Buffer.from(from(1)).toString(), `${A},a.png,10.0.0.1:1`)
  })

  test('images and owners that stay through a new list where they were', () => {
    const driver = new CatalogDriver()
    driver.done(`REG pw 1 ${A},a.png;${B},b.png`)
    driver.done(`REG pw 2 ${B},b.png;${A},a.png`)
    driver.done(`UPD pw 1 ${C},c.png;${B},renamed.png`)
    driver.done(`UPD pw 1 ${A},later.png;${B},b.png`)
    assert.equal(
      driver.listing('ipv4'),
      `${A},a.png,127.0.0.1:2,127.0.0.1:1;${B},b.png,127.0.0.1:1,127.0.0.1:2`,
    )
  })

  test('an image that went and came again at the end, under its new name', () => {
    const driver = new CatalogDriver()
    driver.done(`REG pw 1 ${A},a.png;${B},b.png`)
    driver.done(`UPD pw 1 ${B},b.png`)
    driver.done(`UPD pw 1 ${A},again.png;${B},b.png`)
    assert.equal(driver.listing('ipv4'), `${B},b.png,127.0.0.1:1;${A},again.png,127.0.0.1:1`)
  })

  test('at most 32 owners of an image, the first', () => {
    const driver = new CatalogDriver()
    for (let port = 1; port <= MAX_LISTED_OWNERS + 1; port += 1) driver.done(`REG pw ${port} ${A},a.png`)
    const owners = (first: number) =>
      Array.from({ length: MAX_LISTED_OWNERS }, (_, index) => `127.0.0.1:${first + index}`).join()
    assert.equal(driver.listing('ipv4'), `${A},a.png,${owners(1)}`)
    driver.done('END pw 1')
    assert.equal(driver.listing('ipv4'), `${A},a.png,${owners(2)}`)
  })

  test('whole entries up to 4,096 bytes, and that last byte', () => {
    const driver = new CatalogDriver()
    const entryBytes = `${A},,127.0.0.1:1`.length
    const names = [1024, 1024, 1024, FIELD_BUFFER_BYTES - 3 * 1024 - 4 * entryBytes - 3]
    const list = names.map((bytes, number) => `${testDigest(number)},${'n'.repeat(bytes)}`)
    driver.done(`REG pw 1 ${list.join(';')}`)
    assert.equal(driver.catalog.listings.bytes('ipv4').length, FIELD_BUFFER_BYTES)
    assert.equal(shown(driver), 4)
    driver.done('END pw 1')
    driver.done(`REG pw 1 ${list.join(';')}n;${A},a.png`)
    assert.equal(shown(driver), 3, 'the fourth does not fit, and nothing after it is listed')
  })

  test('names of every length whole', () => {
    const driver = new CatalogDriver()
    for (let bytes = 1; bytes <= 1024; bytes += 1) {
      const name = Array.from({ length: bytes }, (_, index) => String.fromCharCode(0x61 + (index % 26))).join(
        '',
      )
      driver.done(`REG pw 1 ${A},${name}`)
      assert.equal(driver.listing('ipv4'), `${A},${name},127.0.0.1:1`)
      driver.done('END pw 1')
    }
  })

  test('an image of many owners without any one of them', () => {
    const driver = new CatalogDriver()
    const owners = 20_000
    for (let port = 1; port <= owners; port += 1) driver.done(`REG pw ${port} ${A},a.png`)
    // 7,919 is prime: this reaches every port once, in an order that jumps about.
    for (let step = 0; step < owners - 2; step += 1) driver.done(`END pw ${((step * 7919) % owners) + 1}`)
    const left = [owners - 2, owners - 1].map(step => ((step * 7919) % owners) + 1).sort((a, b) => a - b)
    assert.equal(driver.listing('ipv4'), `${A},a.png,${left.map(port => `127.0.0.1:${port}`).join()}`)
  })
})

suite('a listing is made anew', () => {
  test('when an image comes while there is room', () => {
    assert.equal(isKept(fullDriver(5), 'ipv4', [`REG pw 1 ${A},a.png`]), false)
  })

  test('when what it shows goes, comes or is owned by one more or one less', () => {
    assert.equal(isKept(fullDriver(100), 'ipv4', ['END pw 1000']), false)
    assert.equal(isKept(fullDriver(100), 'ipv4', [`UPD pw 1003 ${A},a.png`]), false)
    assert.equal(isKept(fullDriver(100), 'ipv4', [`REG pw 1 ${testDigest(2)},a.png`]), false)
  })

  test('when the entry that no longer fitted goes', () => {
    const driver = fullDriver(100)
    const next = 1000 + shown(driver)
    assert.equal(isKept(driver, 'ipv4', [`END pw ${next + 1}`]), true)
    assert.equal(isKept(driver, 'ipv4', [`END pw ${next}`]), false)
  })

  test('when what is shown of an image with many owners changes', () => {
    const driver = new CatalogDriver()
    for (let port = 1; port <= MAX_LISTED_OWNERS + 5; port += 1) driver.done(`REG pw ${port} ${A},a.png`)
    assert.equal(isKept(driver, 'ipv4', [`END pw ${MAX_LISTED_OWNERS}`]), false)
  })

  test('when an IPv4 owner comes before the IPv6 ones that fill an entry', () => {
    const driver = new CatalogDriver()
    for (let port = 1; port <= MAX_LISTED_OWNERS; port += 1) driver.done(`REG pw ${port} ${A},a.png`, IPV6)
    assert.equal(isKept(driver, 'ipv6', [`REG pw 40 ${A},a.png`, IPV6]), true)
    assert.equal(isKept(driver, 'ipv6', [`REG pw 1 ${A},a.png`, '10.0.0.1']), false)
    assert.ok(driver.listing('ipv6').startsWith(`${A},a.png,10.0.0.1:1,[${IPV6}]:1,`))
  })
})

suite('a listing is kept', () => {
  test('when nothing changes', () => {
    const same = `UPD pw 1000 ${testDigest(0)},${'n'.repeat(100)}`
    assert.equal(isKept(fullDriver(5), 'ipv4', [same], [same.replace('UPD', 'REG')]), true)
  })

  test('when it is full, through all that comes and goes after it', () => {
    const driver = fullDriver(100)
    assert.equal(
      isKept(
        driver,
        'ipv4',
        [`REG pw 1 ${A},a.png`],
        [`REG pw 2 ${A},a.png;${testDigest(90)},n`],
        ['END pw 1'],
        [`UPD pw 2 ${testDigest(91)},n`],
        ['END pw 1099'],
      ),
      true,
    )
  })

  test('through owners of an image that others have pushed out of it', () => {
    const driver = fullDriver(100)
    const last = shown(driver) - 1
    for (let port = 1; port <= 30; port += 1) driver.done(`REG pw ${port} ${testDigest(0)},n`)
    assert.ok(shown(driver) < last - 1)
    assert.equal(isKept(driver, 'ipv4', [`REG pw 31 ${testDigest(last)},n`]), true)
  })

  test('through owners beyond those an entry shows', () => {
    const driver = new CatalogDriver()
    for (let port = 1; port <= MAX_LISTED_OWNERS + 5; port += 1) driver.done(`REG pw ${port} ${A},a.png`)
    const last = MAX_LISTED_OWNERS + 5
    assert.equal(isKept(driver, 'ipv4', [`END pw ${last}`], [`REG pw ${last + 1} ${A},a.png`]), true)
    assert.equal(isKept(driver, 'ipv6', [`REG pw 1 ${A},a.png`, IPV6], ['END pw 1', IPV6]), true)
  })

  test('for IPv4 askers through all that IPv6 owners do', () => {
    const driver = fullDriver(5)
    assert.equal(
      isKept(driver, 'ipv4', [`REG pw 1 ${A},a.png;${testDigest(2)},n`, IPV6], ['END pw 1', IPV6]),
      true,
    )
  })

  test('as it was given out, whatever is listed later', () => {
    const driver = fullDriver(5)
    const before = driver.catalog.listings.bytes('ipv4')
    const text = Buffer.from(before).toString()
    driver.done('END pw 1000')
    assert.notEqual(driver.listing('ipv4'), text)
    assert.equal(Buffer.from(before).toString(), text)
  })
})
