import type { HeldBuffers } from './held-buffers.ts'
import { PartFile } from './part-file.ts'

/** What is known of a download's temporary file before it is opened. */
export interface ArrivalPlan {
  readonly path: string
  /** Whether an earlier download may have left something at `path`. */
  readonly mayBeThere: boolean
  /** Bytes that the image is said to have. */
  readonly claimedBytes: number | undefined
}

/**
 * An image that is arriving: a small one in memory until it is whole, so that it costs one write and one hash, every other
 * in its {@link PartFile}. Throws a `SaveError` where that cannot be written.
 */
export class ArrivingFile {
  readonly path: string
  /** Bytes that an earlier download left. */
  readonly resumed: number
  readonly #buffers: HeldBuffers
  #part: PartFile | undefined
  #memory: Buffer | undefined
  #bytes = 0
  #modifiedMs: number | undefined

  private constructor(path: string, part: PartFile | undefined, buffers: HeldBuffers) {
    this.path = path
    this.#part = part
    this.resumed = part?.resumed ?? 0
    this.#buffers = buffers
  }

  static open({ path, mayBeThere, claimedBytes }: ArrivalPlan, buffers: HeldBuffers): ArrivingFile {
    const isHeld = !mayBeThere && claimedBytes !== undefined && claimedBytes <= buffers.bytes
    return new ArrivingFile(path, isHeld ? undefined : PartFile.open(path), buffers)
  }

  /** All there is, while it is in memory only; good until something is written. */
  get held(): Buffer | undefined {
    return this.#part === undefined ? (this.#memory ?? NOTHING).subarray(0, this.#bytes) : undefined
  }

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length
    if (this.#part === undefined && end <= this.#buffers.bytes && position <= this.#bytes) {
      this.#memory ??= this.#buffers.take()
      bytes.copy(this.#memory, position)
      this.#bytes = Math.max(this.#bytes, end)
    } else this.#onDisk().write(bytes, position)
  }

  /** Reads up to `into`'s length; answers how many bytes there were. */
  read(into: Buffer, position: number): number {
    return this.held?.copy(into, 0, position) ?? this.#onDisk().read(into, position)
  }

  /** See {@link PartFile.notePrefix}. */
  notePrefix(prefix: number): void {
    this.#onDisk().notePrefix(prefix)
  }

  cutTo(bytes: number): void {
    this.#bytes = Math.min(this.#bytes, bytes)
    this.#part?.cutTo(bytes)
  }

  /** Milliseconds since 1970, for the file to bear once it is whole. */
  set modifiedMs(milliseconds: number) {
    this.#modifiedMs = milliseconds
  }

  /** Closes it with its content whole. */
  finish(): void {
    const part = this.#onDisk()
    if (this.#modifiedMs !== undefined) part.setTime(this.#modifiedMs)
    part.finish()
  }

  /** See {@link PartFile.leave}. */
  leave(prefix: number, isKept: boolean): void {
    try {
      if (this.#part !== undefined || PartFile.isWorthKeeping(prefix, isKept))
        this.#onDisk().leave(prefix, isKept)
    } catch {
      // It comes anew.
    }
    this.#letGo()
  }

  #onDisk(): PartFile {
    if (this.#part !== undefined) return this.#part
    const held = this.held ?? NOTHING
    this.#part = PartFile.create(this.path)
    this.#part.write(held, 0)
    this.#letGo()
    return this.#part
  }

  #letGo(): void {
    if (this.#memory !== undefined) this.#buffers.giveBack(this.#memory)
    this.#memory = undefined
  }
}

const NOTHING: Buffer = Buffer.alloc(0)
