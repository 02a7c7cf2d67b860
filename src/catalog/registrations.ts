import { writeEndpoint } from '../protocol/endpoint.ts'
import { ADDRESS_BYTES, isIPv4Mapped } from '../protocol/ip-address.ts'
import { ADDRESS_WORDS, AddressCounts } from './address-counts.ts'
import { HashIndex } from './hash-index.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { isSamePassword, PASSWORD_DIGEST_BYTES, writePasswordDigest } from './password-digest.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Fields of a registration's row, in words. Address and port together identify it. */
const ADDRESS = 0
const PORT = 4
const PASSWORD = 5
const FIRST_HOLDING = 13
const REGISTRATION_WORDS = 14

const IDENTITY_WORDS = ADDRESS_WORDS + 1

/** 224 KiB of rows at a time. */
const SEGMENT_REGISTRATIONS = 1 << 12

/** Who is registered: an address and a TCP port each, with the password that protects it. */
export class Registrations {
  readonly #rows = new Rows(REGISTRATION_WORDS, SEGMENT_REGISTRATIONS)
  readonly #index = new HashIndex()
  readonly #addressCounts: AddressCounts
  readonly #hash: KeyedHash
  /** The identity in question, laid out as in a row. */
  readonly #identity = new Uint32Array(IDENTITY_WORDS)
  readonly #identityAddress = new Uint8Array(this.#identity.buffer, ADDRESS * 4, ADDRESS_BYTES)
  #count = 0

  constructor(hash: KeyedHash) {
    this.#hash = hash
    this.#addressCounts = new AddressCounts(hash)
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#rows.capacityBytes + this.#index.capacityBytes + this.#addressCounts.capacityBytes
  }

  /** How many registrations the address at `start` of `source` has. */
  countOfAddress(source: Uint8Array, start: number): number {
    this.#setIdentity(source, start, 0)
    return this.#addressCounts.get(this.#identity, ADDRESS)
  }

  /** The registration of a port of the address at `start` of `source`; NO_ROW where there is none. */
  find(source: Uint8Array, start: number, port: number): number {
    this.#setIdentity(source, start, port)
    let registration = this.#index.first(this.#hash.of(this.#identity, 0, IDENTITY_WORDS))
    while (registration !== NO_ROW && !this.#hasIdentity(registration)) registration = this.#index.next()
    return registration
  }

  /** Adds a registration without holdings. Its password stands in `[passwordStart, passwordEnd)` of `bytes`. */
  add(
    source: Uint8Array,
    start: number,
    port: number,
    bytes: Uint8Array,
    passwordStart: number,
    passwordEnd: number,
  ): number {
    this.#setIdentity(source, start, port)
    const registration = this.#rows.allocate()
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    row.set(this.#identity, at)
    row[at + FIRST_HOLDING] = NO_ROW
    const passwordAt = (at + PASSWORD) * 4
    writePasswordDigest(bytes, passwordStart, passwordEnd, this.#rows.byteSegment(registration), passwordAt)
    this.#index.insert(this.#hash.of(this.#identity, 0, IDENTITY_WORDS), registration)
    this.#addressCounts.increment(this.#identity, ADDRESS)
    this.#count += 1
    return registration
  }

  /** Removes a registration that has no holding. */
  remove(registration: number): void {
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    this.#index.remove(this.#hash.of(row, at, IDENTITY_WORDS), registration)
    this.#addressCounts.decrement(row, at + ADDRESS)
    this.#rows.free(registration)
    this.#count -= 1
  }

  /** True when the password in `[start, end)` of `bytes` is the registration's. */
  hasPassword(registration: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = (this.#rows.offset(registration) + PASSWORD) * 4
    const kept = this.#rows.byteSegment(registration).subarray(at, at + PASSWORD_DIGEST_BYTES)
    return isSamePassword(bytes, start, end, kept)
  }

  isIPv4(registration: number): boolean {
    return isIPv4Mapped(
      this.#rows.byteSegment(registration),
      this.#rows.offset(registration) * 4 + ADDRESS * 4,
    )
  }

  firstHolding(registration: number): number {
    return this.#rows.get(registration, FIRST_HOLDING)
  }

  setFirstHolding(registration: number, holding: number): void {
    this.#rows.set(registration, FIRST_HOLDING, holding)
  }

  /** Writes where the registration's peer listens into `into` from `at` on, and answers where it ends. */
  writeEndpoint(registration: number, into: Uint8Array, at: number): number {
    const address = (this.#rows.offset(registration) + ADDRESS) * 4
    const port = this.#rows.get(registration, PORT)
    return writeEndpoint(this.#rows.byteSegment(registration), address, port, into, at)
  }

  #setIdentity(source: Uint8Array, start: number, port: number): void {
    for (let index = 0; index < ADDRESS_BYTES; index += 1) {
      this.#identityAddress[index] = source[start + index] ?? 0
    }
    this.#identity[PORT] = port
  }

  #hasIdentity(registration: number): boolean {
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    for (let word = 0; word < IDENTITY_WORDS; word += 1) {
      if (row[at + word] !== this.#identity[word]) return false
    }
    return true
  }
}
