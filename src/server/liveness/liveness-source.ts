/** A registration whose time has come: its lease ran out, or it is to be found out whether its port can be connected to. */
export interface DueRegistration {
  /** 16 bytes, never written to again. */
  readonly address: Uint8Array
  readonly port: number
  /** `absentCheck` is for one that is off the list already and may have come back. */
  readonly reason: 'leaseEnded' | 'check' | 'absentCheck'
}

/** What {@link LivenessSource.takeDue} is asked for. */
export type DueKind = 'endedLeases' | 'checks'

/**
 * Where registrations stand with their leases and checks. A registration that sent ALV or used the API has a lease; it is
 * checked once soon after it registered, to find out whether its port can be reached, and then rarely. One without a lease
 * (an old client) is checked every minute. What is off the list is checked rarely, for a day.
 */
export interface LivenessSource {
  /**
   * Takes up to `most` registrations of a kind whose time has come, oldest first; each is put back on schedule by one of
   * the calls below. The kinds are apart so that a lease ends in time however many checks wait for their turn.
   */
  takeDue(nowSeconds: number, most: number, kind: DueKind): readonly DueRegistration[]
  /** The lease ran out: taken off the list, kept aside. */
  leaseEnded(address: Uint8Array, port: number, nowSeconds: number): void
  /** A TCP connection to it stood. Marked reachable; listed again where it is off the list and has no lease. */
  reached(address: Uint8Array, port: number, nowSeconds: number): void
  /**
   * It did not. The third failure in a row of a registration without a lease takes it off the list; one with a lease is
   * only marked unreachable.
   */
  unreached(address: Uint8Array, port: number, nowSeconds: number): void
  /** It could not be tried, which says nothing about it: due again some seconds later. */
  postponed(address: Uint8Array, port: number, nowSeconds: number): void
}
