import { formatAddress } from '../../../src/protocol/ip-address.ts'
import type {
  DueKind,
  DueRegistration,
  LivenessSource,
} from '../../../src/server/liveness/liveness-source.ts'
import { addressBytes } from '../../support/addresses.ts'

type Told = 'leaseEnded' | 'reached' | 'unreached' | 'postponed'

/** A source of registrations that are due by themselves; what it is told comes in `told`, and nothing is due again. */
export class RegistrationsUnderTest implements LivenessSource {
  /** What was told, in order. */
  readonly told: { readonly what: Told; readonly address: string; readonly port: number }[] = []
  /** The `most` of each question for checks. */
  readonly asked: number[] = []
  readonly #due: Record<DueKind, DueRegistration[]> = { endedLeases: [], checks: [] }

  add(reason: DueRegistration['reason'], address: string, port: number): void {
    const kind = reason === 'leaseEnded' ? 'endedLeases' : 'checks'
    this.#due[kind].push({ address: addressBytes(address), port, reason })
  }

  /** How often it was told something. */
  count(what: Told): number {
    return this.told.filter(told => told.what === what).length
  }

  takeDue(_nowSeconds: number, most: number, kind: DueKind): readonly DueRegistration[] {
    if (kind === 'checks') this.asked.push(most)
    return this.#due[kind].splice(0, most)
  }

  leaseEnded(address: Uint8Array, port: number): void {
    this.#tell('leaseEnded', address, port)
  }

  reached(address: Uint8Array, port: number): void {
    this.#tell('reached', address, port)
  }

  unreached(address: Uint8Array, port: number): void {
    this.#tell('unreached', address, port)
  }

  postponed(address: Uint8Array, port: number): void {
    this.#tell('postponed', address, port)
  }

  #tell(what: Told, address: Uint8Array, port: number): void {
    this.told.push({ what, address: formatAddress(address), port })
  }
}
