import type { SystemCalls } from '../../src/transport/linux-datagrams.ts'

/** The system calls with some replaced; a replacement fails by returning {@link failWith}. */
export class FaultySystemCalls {
  readonly calls: SystemCalls
  /** The calls that receive and send, in the order they were made. */
  readonly made: string[] = []
  #failure: number | undefined

  constructor(
    real: SystemCalls,
    replace: (real: SystemCalls, faulty: FaultySystemCalls) => Partial<SystemCalls> = () => ({}),
  ) {
    const calls: SystemCalls = { ...real, ...replace(real, this) }
    this.calls = {
      ...calls,
      recvmmsg: (...parameters) => {
        this.made.push('recvmmsg')
        return calls.recvmmsg(...parameters)
      },
      sendmmsg: (...parameters) => {
        this.made.push('sendmmsg')
        return calls.sendmmsg(...parameters)
      },
      errno: () => {
        const errno = this.#failure ?? calls.errno()
        this.#failure = undefined
        return errno
      },
    }
  }

  /** What a call returns that fails; `errno` is the one it fails with. */
  failWith(errno: number): number {
    this.#failure = errno
    return -1
  }
}
