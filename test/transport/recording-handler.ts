import { formatAddress } from '../../src/protocol/ip-address.ts'
import type { DatagramHandler } from '../../src/transport/datagram-server.ts'

/** What a {@link RecordingHandler} does with a datagram: the reply's bytes, or none. */
export type Answer = (datagram: Buffer, source: string) => Uint8Array | undefined

/** A handler that keeps the order of what happened: `answer <datagram>`, `commit`. */
export class RecordingHandler implements DatagramHandler {
  readonly record: string[] = []
  /** The sources of the datagrams, one each, as text: dotted for IPv4-mapped bytes. */
  readonly sources: string[] = []
  readonly #answer: Answer
  readonly #commit: () => void

  constructor(answer: Answer = datagram => datagram, commit: () => void = () => {}) {
    this.#answer = answer
    this.#commit = commit
  }

  answer(
    bytes: Buffer,
    start: number,
    end: number,
    source: Buffer,
    sourceOffset: number,
    reply: Buffer,
    replyStart: number,
  ): number {
    const datagram = bytes.subarray(start, end)
    const from = formatAddress(source, sourceOffset)
    this.record.push(`answer ${datagram.toString('latin1', 0, 40)}`)
    this.sources.push(from)
    const answer = this.#answer(datagram, from)
    if (answer === undefined) return -1
    reply.set(answer, replyStart)
    return answer.length
  }

  commit(): void {
    this.record.push('commit')
    this.#commit()
  }

  /** How many datagrams were answered before each commit. */
  batches(): number[] {
    const sizes: number[] = []
    let size = 0
    for (const event of this.record) {
      if (event === 'commit') {
        sizes.push(size)
        size = 0
      } else size += 1
    }
    return sizes
  }
}
