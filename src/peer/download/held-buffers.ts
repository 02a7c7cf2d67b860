/** Bytes up to which an image is held in memory while it arrives: lost by a crash they are soon fetched again. */
const HELD_BYTES: number = 1024 ** 2

/** Buffers kept for the next image: about as many as images arrive at once in one thread. */
const MAX_KEPT = 8

/** Memory in which a thread lets small images arrive, used again and again. */
export class HeldBuffers {
  /** Of each buffer. */
  readonly bytes = HELD_BYTES
  readonly #kept: Buffer[] = []

  take(): Buffer {
    return this.#kept.pop() ?? Buffer.allocUnsafeSlow(HELD_BYTES)
  }

  giveBack(buffer: Buffer): void {
    if (this.#kept.length < MAX_KEPT) this.#kept.push(buffer)
  }
}
