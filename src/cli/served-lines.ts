import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'

/** Milliseconds between two words on what was sent: somebody who takes a whole folder would else fill the terminal. */
const PAUSE_MS = 1000
/** Pictures sent within a pause that are still named one by one. */
const NAMED = 3
/** Addresses counted within a pause, at most; what more there are is told at once. */
const MAX_ADDRESSES = 256

/** Says which pictures were sent to whom: the first at once, what follows quickly as a number. */
export class ServedLines {
  readonly #print: (line: string) => void
  readonly #messages: Messages
  /** By address, the names of the first pictures and how many there were. */
  readonly #sent = new Map<string, { readonly names: string[]; count: number }>()
  #pause: NodeJS.Timeout | undefined

  constructor(print: (line: string) => void, messages: Messages) {
    this.#print = print
    this.#messages = messages
  }

  add(name: string, address: string): void {
    if (this.#pause === undefined) {
      this.#print(this.#messages.peer.served(printable(name), printable(address)))
      this.#wait()
      return
    }
    const sent = this.#sent.get(address) ?? { names: [], count: 0 }
    sent.count += 1
    if (sent.names.length < NAMED) sent.names.push(name)
    this.#sent.set(address, sent)
    if (this.#sent.size >= MAX_ADDRESSES) this.#say()
  }

  #wait(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (this.#sent.size === 0) return
      this.#say()
      this.#wait()
    }, PAUSE_MS)
    // A program that ends does not wait for it.
    this.#pause.unref()
  }

  #say(): void {
    const { served, servedMany } = this.#messages.peer
    for (const [address, { names, count }] of this.#sent) {
      if (count > NAMED) this.#print(servedMany(count, printable(address)))
      else for (const name of names) this.#print(served(printable(name), printable(address)))
    }
    this.#sent.clear()
  }
}
