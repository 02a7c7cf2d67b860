/** How long a transfer that fails is tried again. */
export interface RetryPolicy {
  /** Milliseconds before the second try; doubled before each further one. */
  readonly firstDelayMs: number
  /** Milliseconds between two tries, at most. */
  readonly longestDelayMs: number
  /** Tries in all. */
  readonly attempts: number
  /** Milliseconds from the first failure on after which no further try is begun. */
  readonly patienceMs: number
}

/**
 * Owners that restart are back within seconds, those whose computer restarts within minutes; what is gone for longer is
 * for a person to ask for again.
 */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 1000,
  longestDelayMs: 30_000,
  attempts: 12,
  patienceMs: 180_000,
}

/**
 * Milliseconds to wait after `failures` failed tries, of which `random` (from 0 to 1) takes away up to half, so that many
 * who lost the same owner do not come back in one moment.
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: number): number {
  const full = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** Math.max(0, failures - 1))
  return Math.round(full * (1 - random / 2))
}
