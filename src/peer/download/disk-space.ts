import { statfs } from 'node:fs/promises'
import { monotonicMs } from '../../base/clock.ts'
import { Failure } from '../../base/failure.ts'

/** Bytes that a download leaves free on the disk, for everything else that runs there. */
export const DISK_RESERVE_BYTES: number = 64 * 1024 ** 2

/** Bytes of an image written between two looks at how much disk is free, and before the disk is told to begin. */
export const DISK_CHECK_BYTES: number = 32 * 1024 ** 2

/** Milliseconds for which what a disk has free is believed: others write to it too. */
const BELIEVED_MS = 500

/** What the disk of one directory has free, asked now and then rather than for each of many small files. */
export class FreeSpace {
  readonly #directory: string
  #askedMs = Number.NEGATIVE_INFINITY
  #freeBytes = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * Rejects with `diskFull` where `bytes` more would leave less than the reserve. A file system that does not tell its
   * size (some in user space and on the network) is written to until it refuses.
   */
  async take(bytes: number): Promise<void> {
    if (monotonicMs() - this.#askedMs > BELIEVED_MS || this.#freeBytes - bytes < DISK_RESERVE_BYTES) {
      const status = await statfs(this.#directory).catch(() => undefined)
      this.#freeBytes =
        status === undefined || status.blocks === 0 ? Number.POSITIVE_INFINITY : status.bavail * status.bsize
      this.#askedMs = monotonicMs()
    }
    if (this.#freeBytes - bytes < DISK_RESERVE_BYTES)
      throw new Failure('diskFull', { directory: this.#directory, freeBytes: this.#freeBytes })
    this.#freeBytes -= bytes
  }
}
