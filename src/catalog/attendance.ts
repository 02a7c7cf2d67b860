import type { CatalogTimes } from './catalog-times.ts'
import type { Listings } from './listings.ts'
import type { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'
import { Queue } from './schedule.ts'

/** By how many times within a lease it is seen whether one ended: one ends at most a quarter too early. */
const LOOKS_PER_LEASE = 4

/**
 * Whose peers are there: leases, and what came of connections to ports. Each call is about one registration, and costs the
 * same however many there are.
 */
export class Attendance {
  readonly #times: CatalogTimes
  readonly #registrations: Registrations
  readonly #listings: Listings

  constructor(times: CatalogTimes, registrations: Registrations, listings: Listings) {
    this.#times = times
    this.#registrations = registrations
    this.#listings = listings
  }

  /** Looks after a registration that was just made. */
  begin(registration: number, nowSeconds: number): void {
    this.#registrations.setHeardAt(registration, nowSeconds)
    this.leaseGoesOn(registration, nowSeconds)
    this.postponed(registration, nowSeconds)
  }

  /**
   * The next registration whose lease ran out, or NO_ROW. Its lease is looked at no more, until it ends or
   * {@link leaseGoesOn} is told. Leases are apart from checks, so that none lasts longer because checks wait for their turn.
   */
  takeEndedLease(nowSeconds: number): number {
    const { leases } = this.#registrations
    for (;;) {
      const registration = leases.takeDue(Queue.leased, nowSeconds)
      if (registration === NO_ROW) return NO_ROW
      if (this.hasLeaseEnded(registration, nowSeconds)) return registration
      this.leaseGoesOn(registration, nowSeconds)
    }
  }

  /** The next registration whose port is to be tried, or NO_ROW; then to be told of to {@link reached} and so on. */
  takeCheck(nowSeconds: number): number {
    const registrations = this.#registrations
    for (;;) {
      const fresh = registrations.checks.takeDue(Queue.fresh, nowSeconds)
      const next = fresh === NO_ROW ? registrations.checks.takeDue(Queue.checked, nowSeconds) : fresh
      // It came to have a lease since its port was tried: there is no need to try that again.
      if (next === NO_ROW || !(registrations.hasLease(next) && registrations.isReachable(next))) return next
    }
  }

  /** Notes that a registration's port could not be tried, which says nothing about it. */
  postponed(registration: number, nowSeconds: number): void {
    this.#registrations.checks.putOff(registration, Queue.fresh, nowSeconds + this.#times.firstCheck)
  }

  /** Notes that a connection to the registration's port stood. */
  reached(registration: number, nowSeconds: number): void {
    const wasUnreachable = this.#registrations.isUnreachable(registration)
    this.#registrations.setReached(registration)
    if (wasUnreachable) this.#listings.reachabilityChanged()
    if (!this.#registrations.hasLease(registration)) this.#checkAgain(registration, nowSeconds)
  }

  /** Notes that none stood, and says whether the registration is to go: it has no lease and was not reached several times. */
  unreached(registration: number, nowSeconds: number): 'stays' | 'goes' {
    const wasUnreachable = this.#registrations.isUnreachable(registration)
    const failures = this.#registrations.setUnreached(registration)
    if (!wasUnreachable) this.#listings.reachabilityChanged()
    if (!this.#registrations.hasLease(registration) && failures >= this.#times.failures) return 'goes'
    this.#checkAgain(registration, nowSeconds)
    return 'stays'
  }

  /** Whether a registration's peer renewed a lease and was not heard for the length of one since. */
  hasLeaseEnded(registration: number, nowSeconds: number): boolean {
    if (!this.#registrations.hasLease(registration)) return false
    const { lease } = this.#times
    return nowSeconds - this.#registrations.heardAt(registration) >= lease - lease / LOOKS_PER_LEASE
  }

  /** Has it be looked later whether the lease ended. */
  leaseGoesOn(registration: number, nowSeconds: number): void {
    const look = Math.floor(this.#times.lease / LOOKS_PER_LEASE)
    this.#registrations.leases.putOff(registration, Queue.leased, nowSeconds + look)
  }

  #checkAgain(registration: number, nowSeconds: number): void {
    this.#registrations.checks.putOff(registration, Queue.checked, nowSeconds + this.#times.check)
  }
}
