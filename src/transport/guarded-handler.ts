import { MAX_DATAGRAM_BYTES } from '../protocol/limits.ts'
import type { DatagramHandler } from './datagram-server.ts'
import { asError } from './faults.ts'

/** A handler whose mistakes are faults to report, never the end of the process nor bytes of somebody else's reply. */
export class GuardedHandler {
  readonly #handler: DatagramHandler
  readonly #onFault: (fault: Error) => void

  constructor(handler: DatagramHandler, onFault: (fault: Error) => void) {
    this.#handler = handler
    this.#onFault = onFault
  }

  /** As {@link DatagramHandler.answer}; -1 too when the handler threw or returned what is no length. */
  answer(
    bytes: Buffer,
    start: number,
    end: number,
    source: Buffer,
    sourceOffset: number,
    reply: Buffer,
    replyStart: number,
  ): number {
    let length: number
    try {
      length = this.#handler.answer(bytes, start, end, source, sourceOffset, reply, replyStart)
    } catch (thrown) {
      this.#onFault(asError(thrown))
      return -1
    }
    if (length === -1 || (Number.isInteger(length) && length >= 0 && length <= MAX_DATAGRAM_BYTES))
      return length
    this.#onFault(new RangeError(`a reply of ${length} bytes is no datagram`))
    return -1
  }

  /** As {@link DatagramHandler.commit}; false when it threw, and then no reply of the batch may leave. */
  commit(): boolean {
    try {
      this.#handler.commit()
      return true
    } catch (thrown) {
      this.#onFault(asError(thrown))
      return false
    }
  }
}
