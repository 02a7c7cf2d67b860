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
    this.postponed(registration, nowSeconds)
  }

  /**
   * The next registration whose lease ran out, or NO_ROW. It stays out of the schedule, until {@link reached} and so on put
   * it back or it ends.
   */
  takeEndedLease(nowSeconds: number): number {
    const registrations = this.#registrations
    const { schedule } = registrations
    for (;;) {
      const registration = schedule.takeDue(Queue.leased, nowSeconds)
      if (registration === NO_ROW || this.hasLeaseEnded(registration, nowSeconds)) return registration
      if (registrations.isUnreachable(registration)) {
        schedule.putOff(registration, Queue.checked, nowSeconds + this.#times.check)
      } else this.putOff(registration, nowSeconds)
    }
  }

  /** The next registration whose port is to be tried, or NO_ROW; out of the schedule as by {@link takeEndedLease}. */
  takeCheck(nowSeconds: number): number {
    const { schedule } = this.#registrations
    const fresh = schedule.takeDue(Queue.fresh, nowSeconds)
    return fresh === NO_ROW ? schedule.takeDue(Queue.checked, nowSeconds) : fresh
  }

  /** Notes that a registration's port could not be tried, which says nothing about it. */
  postponed(registration: number, nowSeconds: number): void {
    this.#registrations.schedule.putOff(registration, Queue.fresh, nowSeconds + this.#times.firstCheck)
  }

  /** Notes that a connection to the registration's port stood. */
  reached(registration: number, nowSeconds: number): void {
    const wasUnreachable = this.#registrations.isUnreachable(registration)
    this.#registrations.setReached(registration)
    if (wasUnreachable) this.#listings.reachabilityChanged()
    this.putOff(registration, nowSeconds)
  }

  /**
   * Notes that none stood, and says whether the registration is to go: its lease ran out besides, or it has none and was not
   * reached several times.
   */
  unreached(registration: number, nowSeconds: number): 'stays' | 'goes' {
    const wasUnreachable = this.#registrations.isUnreachable(registration)
    const failures = this.#registrations.setUnreached(registration)
    if (!wasUnreachable) this.#listings.reachabilityChanged()
    const isGone = this.#registrations.hasLease(registration)
      ? this.hasLeaseEnded(registration, nowSeconds)
      : failures >= this.#times.failures
    if (isGone) return 'goes'
    this.putOff(registration, nowSeconds)
    return 'stays'
  }

  /** Whether a registration's peer was not heard for the length of a lease. */
  hasLeaseEnded(registration: number, nowSeconds: number): boolean {
    const { lease } = this.#times
    return nowSeconds - this.#registrations.heardAt(registration) >= lease - lease / LOOKS_PER_LEASE
  }

  /** Puts a registration that was taken out of the schedule back: nothing is to be done about it now. */
  putOff(registration: number, nowSeconds: number): void {
    const { schedule } = this.#registrations
    if (this.#registrations.hasLease(registration)) {
      schedule.putOff(
        registration,
        Queue.leased,
        nowSeconds + Math.floor(this.#times.lease / LOOKS_PER_LEASE),
      )
    } else schedule.putOff(registration, Queue.checked, nowSeconds + this.#times.check)
  }
}
