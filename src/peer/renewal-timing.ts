/** When a registration is renewed. Chance is passed in, from 0 to less than 1: hundreds of peers must not come at once. */

/** Milliseconds between two renewals, at least: a server that gives a lease of a second is not asked more often. */
const MIN_RENEWAL_MS = 250

/** Milliseconds after which a server that stayed silent is told again, at most. */
const AFTER_FAILURE_MS = 15_000

/** Milliseconds from the first registration within which it is found out what the server can. */
const FIRST_RENEWAL_MS = 1000

/**
 * The delay between two renewals: a third of the lease, so that two may be lost, and `maxMs` where that is shorter or there
 * is no lease; up to a fifth earlier.
 */
export function renewalDelayMs(leaseMs: number | undefined, maxMs: number, chance: number): number {
  const thirdMs = leaseMs === undefined ? maxMs : Math.max(MIN_RENEWAL_MS, leaseMs / 3)
  return Math.min(maxMs, thirdMs) * (1 - chance / 5)
}

/** The delay after a failure: that between two renewals, or less. */
export function retryDelayMs(leaseMs: number | undefined, maxMs: number, chance: number): number {
  return renewalDelayMs(leaseMs, Math.min(maxMs, AFTER_FAILURE_MS), chance)
}

/**
 * The delay before registering anew at a server that forgot us: spread over a sixth of the lease. With the third of the
 * lease until the peer hears of it, every peer is back within half a lease.
 */
export function rejoinDelayMs(leaseMs: number | undefined, chance: number): number {
  return ((leaseMs ?? 0) / 6) * chance
}

/** The delay from the first registration to the first renewal. */
export function firstRenewalDelayMs(chance: number): number {
  return FIRST_RENEWAL_MS * chance
}
