import type { UploadAllowance } from './guest-limits.ts'
import { GuestProblem } from './guest-problem.ts'

/** What one guest brought. */
interface Brought {
  files: number
  bytes: number
  active: number
}

/** Guests that are counted by themselves; where there are more, the rest are counted as one. */
const MAX_GUESTS = 4096

/** Counts what guests bring, and refuses what is beyond the allowance. What did not arrive is not counted. */
export class UploadTally {
  readonly #allowance: UploadAllowance
  readonly #guests = new Map<string, Brought>()
  readonly #all: Brought = { files: 0, bytes: 0, active: 0 }

  constructor(allowance: UploadAllowance) {
    this.#allowance = allowance
  }

  /**
   * Takes room for a file of so many bytes, or throws `tooMany` or `busy`. What is given is called at the end, with
   * whether the file was kept.
   */
  enter(guest: string, bytes: number): (isKept: boolean) => void {
    const { files, filesPerAddress, bytesPerAddress, atOnce, atOncePerAddress } = this.#allowance
    const key = this.#guests.has(guest) || this.#guests.size < MAX_GUESTS ? guest : ''
    const own = this.#guests.get(key) ?? { files: 0, bytes: 0, active: 0 }
    const all = this.#all
    const isBeyondOwn = own.files >= filesPerAddress || own.bytes + bytes > bytesPerAddress
    if (isBeyondOwn || all.files >= files || all.bytes + bytes > this.#allowance.bytes) {
      throw new GuestProblem('tooMany')
    }
    if (own.active >= atOncePerAddress || all.active >= atOnce) throw new GuestProblem('busy')
    this.#guests.set(key, own)
    for (const each of [own, all]) add(each, 1, bytes, 1)
    return isKept => {
      for (const each of [own, all]) add(each, isKept ? 0 : -1, isKept ? 0 : -bytes, -1)
      if (own.files === 0 && own.active === 0) this.#guests.delete(key)
    }
  }
}

function add(brought: Brought, files: number, bytes: number, active: number): void {
  brought.files += files
  brought.bytes += bytes
  brought.active += active
}
