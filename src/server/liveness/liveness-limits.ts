/**
 * What the index server connects to of its own accord, at most. A registration's source address may be forged: whatever
 * strangers register, nobody is sent more than a trickle of connections they did not ask for.
 */
export interface LivenessLimits {
  /** Checks under way at once; a descriptor each. */
  readonly checksAtOnce: number
  /** Checks begun in any second. */
  readonly checksPerSecond: number
  /** Checks under way at once to one IP address that is not this machine's. */
  readonly checksAtOncePerAddress: number
  /** Checks begun in a minute to one IP address that is not this machine's, after as many as may be under way at once. */
  readonly checksPerMinutePerAddress: number
  /** Milliseconds until a connection that does not stand counts as none. */
  readonly deadlineMs: number
}

/**
 * 200 a second are 12,000 old clients each minute; with 64 at once, of those that do not answer at all 21 a second. One
 * address is sent a check a second: 60 old clients behind one router are all checked each minute, more of them less often.
 * A connection within 3 seconds is one that was asked for twice (RFC 6298: the first repeat comes after one second).
 */
export const DEFAULT_LIVENESS_LIMITS: LivenessLimits = {
  checksAtOnce: 64,
  checksPerSecond: 200,
  checksAtOncePerAddress: 4,
  checksPerMinutePerAddress: 60,
  deadlineMs: 3000,
}
