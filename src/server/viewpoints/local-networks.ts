import { networkInterfaces } from 'node:os'
import { type Repeat, repeatByTimer } from '../../base/repeat.ts'
import { hasSameAddresses, type Interfaces, LocalAddresses } from './local-addresses.ts'

/** Milliseconds between two looks at the machine's addresses: a network that was plugged in counts soon. */
const REFRESH_MS = 30_000

/** Knows the machine's own addresses, also when they change. */
export class LocalNetworks {
  readonly #read: () => Interfaces
  readonly #repeat: Repeat
  #interfaces: Interfaces = {}
  #addresses = new LocalAddresses({})
  #cancelRefresh: (() => void) | undefined

  /** Reads the addresses once. `read` and `repeat` are the system's unless given. */
  constructor(read: () => Interfaces = networkInterfaces, repeat: Repeat = repeatByTimer) {
    this.#read = read
    this.#repeat = repeat
    this.#refresh()
  }

  /** The addresses as last read: the same object as long as they are the same. */
  get addresses(): LocalAddresses {
    return this.#addresses
  }

  /** Reads them again from time to time. */
  start(): void {
    this.#cancelRefresh ??= this.#repeat(() => this.#refresh(), REFRESH_MS)
  }

  stop(): void {
    this.#cancelRefresh?.()
    this.#cancelRefresh = undefined
  }

  #refresh(): void {
    let interfaces: Interfaces
    try {
      interfaces = this.#read()
    } catch {
      // A system that does not tell now: what it told before stands.
      return
    }
    if (hasSameAddresses(interfaces, this.#interfaces)) return
    this.#interfaces = interfaces
    this.#addresses = new LocalAddresses(interfaces)
  }
}
