import { monotonicMs } from '../../base/clock.ts'
import { type Repeat, repeatByTimer } from '../../base/repeat.ts'
import { isLimitedBroadcast, isLoopback, isMulticast, isUnspecified } from '../../protocol/address-scope.ts'
import { asError } from '../../transport/faults.ts'
import {
  type ProbeOutcome,
  probeReachability,
  type ReachabilityProbe,
} from '../../transport/reachability-probe.ts'
import type { LocalNetworks } from '../viewpoints/local-networks.ts'
import { CheckAllowance } from './check-allowance.ts'
import type { LivenessLimits } from './liveness-limits.ts'
import type { DueRegistration, LivenessSource } from './liveness-source.ts'
import type { ProvenAddresses } from './proven-addresses.ts'

/** What {@link Liveness} works on and by. */
export interface LivenessOptions {
  readonly source: LivenessSource
  /** Told of every connection that stood, and made to forget in time. */
  readonly proven: ProvenAddresses
  readonly networks: LocalNetworks
  /** The port the index server itself listens on: what is registered there on this machine is no peer. */
  readonly ownPort: number
  readonly limits: LivenessLimits
  /** Whole seconds of the clock that leases are kept by. */
  readonly nowSeconds: () => number
  /** What the source threw; it is asked again all the same, so this may be called several times a second. */
  readonly onFault: (fault: Error) => void
  /** The real ones unless given. */
  readonly probe?: ReachabilityProbe
  readonly nowMs?: () => number
  readonly repeat?: Repeat
}

/** What was done since the start, for whoever counts. */
export interface LivenessCounts {
  /** Checks under way now. */
  readonly underWay: number
  /** Addresses that are remembered now because checks to them began lately. */
  readonly addresses: number
  readonly leasesEnded: number
  /** Registrations postponed because their address had as many checks as it may. */
  readonly postponed: number
  /** Registrations at addresses that nobody may be connected to at; they count as not reached. */
  readonly forbidden: number
  readonly outcomes: Readonly<Record<ProbeOutcome, number>>
}

/** Milliseconds between two looks at what is due: a lease ends that much late at most. */
const LOOK_MS = 100
/** Leases ended before the time is looked at: one may list 200,000 images. */
const LEASES_AT_ONCE = 16
/** Milliseconds of one look that ending leases may take; the server answers nobody meanwhile. */
const LEASES_MS = 10
/** Registrations taken in one look to find some whose address may be connected to now. */
const CHECKS_AT_ONCE = 512

/**
 * Finds out who is there: ends leases that ran out, and connects to registrations whose check is due, within the limits. It
 * keeps no queue of its own: of checks, only as many are asked for as may begin.
 */
export class Liveness {
  readonly #options: LivenessOptions
  readonly #probe: ReachabilityProbe
  readonly #nowMs: () => number
  readonly #allowance: CheckAllowance
  /** What is being checked, until the source was told of it. */
  readonly #underWay = new Set<DueRegistration>()
  /** Settle once the connection is closed; they never reject. */
  readonly #connections = new Set<Promise<void>>()
  #running: { readonly cancelled: AbortController; readonly release: () => void } | undefined
  #tidiedAtSeconds = 0
  #leasesEnded = 0
  #postponed = 0
  #forbidden = 0
  readonly #outcomes: Record<ProbeOutcome, number> = {
    reached: 0,
    refused: 0,
    timeout: 0,
    unreachable: 0,
    localFault: 0,
    cancelled: 0,
  }

  constructor(options: LivenessOptions) {
    const { deadlineMs } = options.limits
    this.#options = options
    this.#probe =
      options.probe ?? ((address, port, signal) => probeReachability(address, port, deadlineMs, signal))
    this.#nowMs = options.nowMs ?? monotonicMs
    this.#allowance = new CheckAllowance(options.limits)
  }

  get counts(): LivenessCounts {
    return {
      underWay: this.#allowance.underWay,
      addresses: this.#allowance.addressCount,
      leasesEnded: this.#leasesEnded,
      postponed: this.#postponed,
      forbidden: this.#forbidden,
      outcomes: { ...this.#outcomes },
    }
  }

  /** Begins; until {@link stop}, or until `signal` aborts. */
  start(signal: AbortSignal): void {
    if (signal.aborted || this.#running !== undefined) return
    const cancelled = new AbortController()
    const onAbort = () => void this.stop()
    signal.addEventListener('abort', onAbort, { once: true })
    const cancelLooks = (this.#options.repeat ?? repeatByTimer)(
      () => this.#guard(() => this.#look()),
      LOOK_MS,
    )
    const release = () => {
      cancelLooks()
      signal.removeEventListener('abort', onAbort)
    }
    this.#running = { cancelled, release }
  }

  /**
   * Cancels what is under way and postpones it, before it returns: the source is told nothing from then on. Resolves once
   * no connection is open.
   */
  async stop(): Promise<void> {
    const running = this.#running
    if (running !== undefined) {
      this.#running = undefined
      running.release()
      running.cancelled.abort()
      for (const registration of this.#underWay) this.#guard(() => this.#settle(registration, 'cancelled'))
    }
    await Promise.all(this.#connections)
  }

  #look(): void {
    const nowSeconds = this.#options.nowSeconds()
    if (nowSeconds !== this.#tidiedAtSeconds) {
      this.#tidiedAtSeconds = nowSeconds
      this.#options.proven.forgetOld(nowSeconds)
      this.#allowance.forgetRested(this.#nowMs())
    }
    this.#endLeases(nowSeconds)
    this.#beginChecks(nowSeconds)
  }

  #endLeases(nowSeconds: number): void {
    const beganAtMs = this.#nowMs()
    do {
      const due = this.#options.source.takeDue(nowSeconds, LEASES_AT_ONCE, 'endedLeases')
      if (due.length === 0) return
      for (const registration of due) this.#guard(() => this.#handle(registration, nowSeconds))
    } while (this.#nowMs() - beganAtMs < LEASES_MS)
  }

  #beginChecks(nowSeconds: number): void {
    let left = CHECKS_AT_ONCE
    while (left > 0) {
      const room = Math.min(this.#allowance.room(this.#nowMs()), left)
      const due = room === 0 ? [] : this.#options.source.takeDue(nowSeconds, room, 'checks')
      if (due.length === 0) return
      for (const registration of due) this.#guard(() => this.#handle(registration, nowSeconds))
      left -= due.length
    }
  }

  #handle(registration: DueRegistration, nowSeconds: number): void {
    const { address, port, reason } = registration
    const { source } = this.#options
    if (reason === 'leaseEnded') {
      this.#leasesEnded += 1
      source.leaseEnded(address, port, nowSeconds)
    } else if (!this.#mayConnectTo(address, port)) {
      this.#forbidden += 1
      source.unreached(address, port, nowSeconds)
    } else if (!this.#begin(registration)) {
      this.#postponed += 1
      source.postponed(address, port, nowSeconds)
    }
  }

  /** Nobody is at such an address, or everybody, or the index server itself. */
  #mayConnectTo(address: Uint8Array, port: number): boolean {
    if (isUnspecified(address) || isMulticast(address) || isLimitedBroadcast(address)) return false
    if (this.#options.networks.addresses.isDirectedBroadcast(address)) return false
    return port !== this.#options.ownPort || !this.#isThisMachine(address)
  }

  #isThisMachine(address: Uint8Array): boolean {
    return isLoopback(address) || this.#options.networks.addresses.own(address) !== undefined
  }

  #begin(registration: DueRegistration): boolean {
    const running = this.#running
    const { address } = registration
    const countedAs = this.#isThisMachine(address) ? undefined : Buffer.from(address).toString('latin1')
    if (running === undefined || !this.#allowance.begin(countedAs, this.#nowMs())) return false
    this.#underWay.add(registration)
    const connection = this.#probe(address, registration.port, running.cancelled.signal).then(outcome => {
      this.#connections.delete(connection)
      this.#allowance.end(countedAs)
      this.#guard(() => this.#settle(registration, outcome))
    })
    this.#connections.add(connection)
    return true
  }

  #settle(registration: DueRegistration, outcome: ProbeOutcome): void {
    // Cancelled and postponed already.
    if (!this.#underWay.delete(registration)) return
    this.#outcomes[outcome] += 1
    const { address, port } = registration
    const { source, proven } = this.#options
    const nowSeconds = this.#options.nowSeconds()
    switch (outcome) {
      case 'reached':
        proven.note(address, nowSeconds)
        source.reached(address, port, nowSeconds)
        return
      case 'refused':
      case 'timeout':
      case 'unreachable':
        source.unreached(address, port, nowSeconds)
        return
      case 'localFault':
      case 'cancelled':
        source.postponed(address, port, nowSeconds)
        return
      default:
        outcome satisfies never
    }
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (thrown) {
      this.#options.onFault(asError(thrown))
    }
  }
}
