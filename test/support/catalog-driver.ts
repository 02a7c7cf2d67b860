import assert from 'node:assert/strict'
import { Catalog, Outcome } from '../../src/catalog/catalog.ts'
import type { CatalogLimits } from '../../src/catalog/catalog-limits.ts'
import { formatAlive, formatRegistered, formatUpdated, Reply } from '../../src/protocol/index-reply.ts'
import { decodeIndexRequest, type IndexRequest, Word } from '../../src/protocol/index-request.ts'
import { ADDRESS_BYTES, writeAddress } from '../../src/protocol/ip-address.ts'

/** Limits that no test comes near; a test that is about one of them sets that one. */
export const WIDE_LIMITS: CatalogLimits = {
  imagesPerRegistration: 100_000,
  registrationsPerAddress: 100_000,
  registrations: 1_000_000,
  images: 1_000_000,
  nameBytes: 1_000_000_000,
  holdings: 1_000_000,
}

/** A catalog spoken to in the words of the wire: one datagram's text in, the reply's text out. */
export class CatalogDriver {
  readonly catalog: Catalog
  /** The time of the catalog's clock, in seconds. */
  nowSeconds = 1

  constructor(limits: Partial<CatalogLimits> = {}) {
    this.catalog = new Catalog({ ...WIDE_LIMITS, ...limits })
  }

  /** The reply to `datagram` from `address`. LST is answered as to an IPv4 asker. */
  answer(datagram: string | Uint8Array, address = '127.0.0.1'): string {
    const request = decodeIndexRequest(typeof datagram === 'string' ? Buffer.from(datagram) : datagram)
    if (request === undefined) return Reply.malformed
    if (request.word === Word.list) return this.listing('ipv4') || Reply.nothingListed
    return replyTo(request, this.catalog.apply(request, addressBytes(address), 0, this.nowSeconds))
  }

  /** Sends `datagram` and fails the test unless it is done. */
  done(datagram: string, address = '127.0.0.1'): void {
    assert.match(this.answer(datagram, address), /^OK /)
  }

  listing(asker: 'ipv4' | 'ipv6'): string {
    return Buffer.from(this.catalog.listings.bytes(asker)).toString()
  }
}

/** The 16 bytes of an address. */
export function addressBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  assert.ok(writeAddress(text, bytes), `${text} is an address`)
  return bytes
}

/** The `number`-th of the digests of a test: 32 hexadecimal digits. */
export function testDigest(number: number): string {
  return number.toString(16).padStart(32, '0')
}

function replyTo(request: IndexRequest, outcome: Outcome): string {
  switch (outcome) {
    case Outcome.refusedPassword:
      return Reply.otherPassword
    case Outcome.tooManyRegistrations:
      return Reply.tooManyRegistrations
    case Outcome.tooManyImages:
      return Reply.tooManyImages
    case Outcome.done:
    case Outcome.unchanged:
      if (request.word === Word.end) return Reply.ended
      if (request.word === Word.renew) return formatAlive({ leaseSeconds: 120, isUnreachable: false })
      return request.word === Word.register
        ? formatRegistered(request.entryCount)
        : formatUpdated(request.entryCount)
  }
}
