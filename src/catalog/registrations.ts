import { timingSafeEqual } from 'node:crypto'
import { isLoopback } from '../protocol/address-scope.ts'
import { writeEndpoint } from '../protocol/endpoint.ts'
import { ADDRESS_BYTES, isIPv4Mapped } from '../protocol/ip-address.ts'
import { ADDRESS_WORDS, AddressCounts } from './address-counts.ts'
import { HashIndex } from './hash-index.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { isSamePassword, PASSWORD_DIGEST_BYTES } from './password-digest.ts'
import { FINGERPRINT_WORDS, PasswordFingerprint } from './password-fingerprint.ts'
import { NO_ROW, Rows } from './rows.ts'
import { SCHEDULE_WORDS, Schedule } from './schedule.ts'

/** Fields of a registration's row, in words. Address and port together identify it. */
const ADDRESS = 0
const PORT = 4
const PASSWORD = 5
/** The port of a row that is no registration's. */
const NO_PORT = 0
const FIRST_HOLDING = 13
const HOLDING_COUNT = 14
const HEARD = 15
const STANDING = 16
const FINGERPRINT = 17
/** Words from here on are those of one {@link Schedule} each. */
const LEASES = FINGERPRINT + FINGERPRINT_WORDS
const CHECKS = LEASES + SCHEDULE_WORDS
const REGISTRATION_WORDS = CHECKS + SCHEDULE_WORDS

const IDENTITY_WORDS = ADDRESS_WORDS + 1

/** 432 KiB of rows at a time. */
const SEGMENT_REGISTRATIONS = 1 << 12

/** Bits of a registration's standing. */
const HAS_LEASE = 1
const REACHED = 2
const UNREACHED = 4
/** Whether the fingerprint of its password is known: not before the peer is heard, where only the digest was kept. */
const HAS_FINGERPRINT = 8
/** What outlasts every check. */
const LASTING = HAS_LEASE | HAS_FINGERPRINT
/** Failed checks in a row, from this bit on. */
const FAILURE_SHIFT = 8
const MAX_FAILURES = 255

/** Who is registered: an address and a TCP port each, with the password that protects it. */
export class Registrations {
  readonly #rows = new Rows(REGISTRATION_WORDS, SEGMENT_REGISTRATIONS)
  readonly #index = new HashIndex()
  readonly #addressCounts: AddressCounts
  readonly #hash: KeyedHash
  /** The identity in question, laid out as in a row. */
  readonly #identity = new Uint32Array(IDENTITY_WORDS)
  readonly #identityAddress = new Uint8Array(this.#identity.buffer, ADDRESS * 4, ADDRESS_BYTES)
  readonly #fingerprint = new PasswordFingerprint()
  #count = 0
  #loopbackCount = 0

  /** When it is to be seen next whether each registration's lease ended. */
  readonly leases: Schedule = new Schedule(this.#rows, LEASES)
  /** When the port of each is to be tried next, if it is. */
  readonly checks: Schedule = new Schedule(this.#rows, CHECKS)

  constructor(hash: KeyedHash) {
    this.#hash = hash
    this.#addressCounts = new AddressCounts(hash)
  }

  get count(): number {
    return this.#count
  }

  /** Registrations from the server's own machine, by a loopback address. */
  get loopbackCount(): number {
    return this.#loopbackCount
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

  /** The first registration after the row `after`, in no order; NO_ROW after the last. Begin with NO_ROW. */
  nextRow(after: number): number {
    for (let row = after + 1; row < this.#rows.end; row += 1) {
      if (this.#rows.get(row, PORT) !== NO_PORT) return row
    }
    return NO_ROW
  }

  /** Adds a registration without holdings, under the password digest at `passwordStart` of `password`. */
  add(source: Uint8Array, start: number, port: number, password: Uint8Array, passwordStart: number): number {
    this.#setIdentity(source, start, port)
    const registration = this.#rows.allocate()
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    row.set(this.#identity, at)
    row[at + FIRST_HOLDING] = NO_ROW
    row[at + HOLDING_COUNT] = 0
    row[at + HEARD] = 0
    row[at + STANDING] = 0
    const bytes = this.#rows.byteSegment(registration)
    const passwordAt = (at + PASSWORD) * 4
    for (let index = 0; index < PASSWORD_DIGEST_BYTES; index += 1) {
      bytes[passwordAt + index] = password[passwordStart + index] ?? 0
    }
    this.#index.insert(this.#hash.of(this.#identity, 0, IDENTITY_WORDS), registration)
    this.#addressCounts.increment(this.#identity, ADDRESS)
    this.leases.clear(registration)
    this.checks.clear(registration)
    if (isLoopback(source, start)) this.#loopbackCount += 1
    this.#count += 1
    return registration
  }

  /** Removes a registration that has no holding. */
  remove(registration: number): void {
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    if (isLoopback(this.#rows.byteSegment(registration), (at + ADDRESS) * 4)) this.#loopbackCount -= 1
    this.leases.takeOff(registration)
    this.checks.takeOff(registration)
    this.#index.remove(this.#hash.of(row, at, IDENTITY_WORDS), registration)
    this.#addressCounts.decrement(row, at + ADDRESS)
    row[at + PORT] = NO_PORT
    this.#rows.free(registration)
    this.#count -= 1
  }

  /** True when the password in `[start, end)` of `bytes` is the registration's. */
  hasPassword(registration: number, bytes: Uint8Array, start: number, end: number): boolean {
    const row = this.#rows.segment(registration)
    const at = this.#rows.offset(registration)
    this.#fingerprint.take(bytes, start, end)
    const standing = row[at + STANDING] ?? 0
    if ((standing & HAS_FINGERPRINT) !== 0) return this.#fingerprint.isAt(row, at + FINGERPRINT)
    const digest = this.#rows
      .byteSegment(registration)
      .subarray((at + PASSWORD) * 4, (at + PASSWORD) * 4 + PASSWORD_DIGEST_BYTES)
    if (!isSamePassword(bytes, start, end, digest)) return false
    this.#fingerprint.write(row, at + FINGERPRINT)
    row[at + STANDING] = standing | HAS_FINGERPRINT
    return true
  }

  /** True when the password digest at `start` of `password` is the registration's. */
  hasPasswordDigest(registration: number, password: Uint8Array, start: number): boolean {
    const at = (this.#rows.offset(registration) + PASSWORD) * 4
    const kept = this.#rows.byteSegment(registration).subarray(at, at + PASSWORD_DIGEST_BYTES)
    return timingSafeEqual(kept, password.subarray(start, start + PASSWORD_DIGEST_BYTES))
  }

  /** Copies the registration's identity (16 bytes of address, port big-endian) and its password digest. */
  copyIdentity(registration: number, into: Uint8Array, at: number): void {
    const bytes = this.#rows.byteSegment(registration)
    const from = (this.#rows.offset(registration) + ADDRESS) * 4
    into.set(bytes.subarray(from, from + ADDRESS_BYTES), at)
    const port = this.#rows.get(registration, PORT)
    into[at + ADDRESS_BYTES] = port >>> 8
    into[at + ADDRESS_BYTES + 1] = port & 0xff
  }

  copyPasswordDigest(registration: number, into: Uint8Array, at: number): void {
    const from = (this.#rows.offset(registration) + PASSWORD) * 4
    into.set(this.#rows.byteSegment(registration).subarray(from, from + PASSWORD_DIGEST_BYTES), at)
  }

  /** When the registration's peer was last heard, in seconds of the clock that the catalog is given. */
  heardAt(registration: number): number {
    return this.#rows.get(registration, HEARD)
  }

  setHeardAt(registration: number, nowSeconds: number): void {
    this.#rows.set(registration, HEARD, nowSeconds)
  }

  /** Whether the peer renews a lease; those that never did are looked after by the server. */
  hasLease(registration: number): boolean {
    return (this.#rows.get(registration, STANDING) & HAS_LEASE) !== 0
  }

  /** Notes that the peer renews a lease, and says whether that is new. */
  giveLease(registration: number): boolean {
    const standing = this.#rows.get(registration, STANDING)
    if ((standing & HAS_LEASE) !== 0) return false
    this.#rows.set(registration, STANDING, standing | HAS_LEASE)
    return true
  }

  /** Whether the last connection to the peer's port stood; `undefined` before the first was tried. */
  isReachable(registration: number): boolean | undefined {
    const standing = this.#rows.get(registration, STANDING)
    if ((standing & UNREACHED) !== 0) return false
    return (standing & REACHED) === 0 ? undefined : true
  }

  /** True when the last connection to the peer's port did not stand. */
  isUnreachable(registration: number): boolean {
    return (this.#rows.get(registration, STANDING) & UNREACHED) !== 0
  }

  setReached(registration: number): void {
    const standing = this.#rows.get(registration, STANDING)
    this.#rows.set(registration, STANDING, (standing & LASTING) | REACHED)
  }

  /** Notes a connection that did not stand, and answers how many in a row that makes. */
  setUnreached(registration: number): number {
    const standing = this.#rows.get(registration, STANDING)
    const failures = Math.min((standing >>> FAILURE_SHIFT) + 1, MAX_FAILURES)
    this.#rows.set(registration, STANDING, (standing & LASTING) | UNREACHED | (failures << FAILURE_SHIFT))
    return failures
  }

  isLoopback(registration: number): boolean {
    return isLoopback(this.#rows.byteSegment(registration), (this.#rows.offset(registration) + ADDRESS) * 4)
  }

  port(registration: number): number {
    return this.#rows.get(registration, PORT)
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

  holdingCount(registration: number): number {
    return this.#rows.get(registration, HOLDING_COUNT)
  }

  changeHoldingCount(registration: number, by: number): void {
    this.#rows.set(registration, HOLDING_COUNT, this.#rows.get(registration, HOLDING_COUNT) + by)
  }

  /**
   * Writes where the registration's peer listens into `into` from `at` on, and answers where it ends. For a loopback
   * address stands the one whose 16 bytes are `loopbackAs`, where there is one.
   */
  writeEndpoint(
    registration: number,
    loopbackAs: Uint8Array | undefined,
    into: Uint8Array,
    at: number,
  ): number {
    if (loopbackAs !== undefined && this.isLoopback(registration)) {
      return writeEndpoint(loopbackAs, 0, this.#rows.get(registration, PORT), into, at)
    }
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
