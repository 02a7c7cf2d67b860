import * as fileSystem from 'node:fs'
import { constants } from 'node:fs'
import { systemReason } from '../../base/failure.ts'

/** An error of the disk or of a full one, told apart from one of an owner. */
export class SaveError extends Error {}

/** What is asked of the file system, as `node:fs` answers it. Tests put faults in between. */
export type PartCalls = Pick<
  typeof fileSystem,
  | 'openSync'
  | 'closeSync'
  | 'fstatSync'
  | 'ftruncateSync'
  | 'futimesSync'
  | 'readSync'
  | 'writeSync'
  | 'readFileSync'
  | 'unlinkSync'
>

/** Bytes below which what came is not kept for a later download: fetching them again is less than a file lying about. */
const KEPT_FROM_BYTES = 64 * 1024

/** Digits of the number in the file beside: written over in place. */
const PREFIX_DIGITS = 16

const OPEN_FLAGS = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
const NEW_FLAGS = OPEN_FLAGS | constants.O_EXCL

/** The file beside a part, in which stands how many of its bytes from the first one on are there. */
function prefixPath(partPath: string): string {
  return `${partPath}.prefix`
}

/**
 * The temporary file of a download. Where bytes come in order, the file's length says how many there are; where they do
 * not, a file beside it does. Neither is believed: the digest over the whole decides.
 */
export class PartFile {
  readonly path: string
  /** Bytes that an earlier download left. */
  readonly resumed: number
  readonly #calls: PartCalls
  readonly #fd: number
  #prefixFd: number | undefined
  /** Where the file ends. */
  #length: number
  /** There may be a file beside. */
  #hasPrefix: boolean

  private constructor(
    path: string,
    fd: number,
    length: number,
    prefix: number | undefined,
    calls: PartCalls,
  ) {
    this.path = path
    this.resumed = Math.min(length, prefix ?? length)
    this.#length = length
    this.#hasPrefix = prefix !== undefined
    this.#fd = fd
    this.#calls = calls
  }

  /** Whether {@link leave} leaves anything. */
  static isWorthKeeping(prefix: number, isKept: boolean): boolean {
    return isKept && prefix >= KEPT_FROM_BYTES
  }

  /** Makes it anew, as where nothing was left at `path`. Throws a {@link SaveError}. */
  static create(path: string, calls: PartCalls = fileSystem): PartFile {
    return guarded(() => {
      try {
        return new PartFile(path, calls.openSync(path, NEW_FLAGS, 0o666), 0, undefined, calls)
      } catch (error) {
        if (systemReason(error) !== 'EEXIST') throw error
      }
      const part = PartFile.open(path, calls)
      part.cutTo(0)
      return part
    })
  }

  /** Opens what an earlier download left at `path`, or begins anew. Throws a {@link SaveError}. */
  static open(path: string, calls: PartCalls = fileSystem): PartFile {
    return guarded(() => {
      const fd = openOwn(path, calls)
      try {
        const { size } = calls.fstatSync(fd)
        return new PartFile(path, fd, size, readPrefix(path, calls), calls)
      } catch (error) {
        calls.closeSync(fd)
        throw error
      }
    })
  }

  write(bytes: Buffer, position: number): void {
    guarded(() => {
      for (let written = 0; written < bytes.length; )
        written += this.#calls.writeSync(this.#fd, bytes, written, bytes.length - written, position + written)
    })
    this.#length = Math.max(this.#length, position + bytes.length)
  }

  /** Reads up to `into`'s length; answers how many bytes there were. */
  read(into: Buffer, position: number): number {
    return guarded(() => this.#calls.readSync(this.#fd, into, 0, into.length, position))
  }

  /** From now on bytes come in any order, and `prefix` of them are there without a gap. */
  notePrefix(prefix: number): void {
    guarded(() => {
      this.#hasPrefix = true
      this.#prefixFd ??= this.#calls.openSync(prefixPath(this.path), 'w')
      this.#calls.writeSync(this.#prefixFd, String(prefix).padStart(PREFIX_DIGITS, '0'), 0)
    })
  }

  /** Cuts the file to its first `bytes`. */
  cutTo(bytes: number): void {
    if (bytes === this.#length) return
    guarded(() => this.#calls.ftruncateSync(this.#fd, bytes))
    this.#length = bytes
  }

  /** Gives the file the time the owner's has. A time that cannot be set is not worth losing the image. */
  setTime(milliseconds: number): void {
    try {
      this.#calls.futimesSync(this.#fd, milliseconds / 1000, milliseconds / 1000)
    } catch {}
  }

  /** Closes it with its content whole: only the file itself stays. */
  finish(): void {
    this.#closeAll()
    this.#removePrefix()
  }

  /** Closes it for a later download to go on with its first `prefix` bytes, where that is worth a file. */
  leave(prefix: number, isKept: boolean): void {
    let stays = PartFile.isWorthKeeping(prefix, isKept)
    try {
      if (stays) this.cutTo(prefix)
    } catch {
      stays = false
    }
    quietly(() => this.#closeAll())
    this.#removePrefix()
    if (!stays) quietly(() => this.#calls.unlinkSync(this.path))
  }

  #removePrefix(): void {
    if (this.#hasPrefix) quietly(() => this.#calls.unlinkSync(prefixPath(this.path)))
  }

  #closeAll(): void {
    if (this.#prefixFd !== undefined) quietly(() => this.#calls.closeSync(this.#prefixFd ?? -1))
    this.#prefixFd = undefined
    guarded(() => this.#calls.closeSync(this.#fd))
  }
}

/**
 * A file of ours alone. A link is not followed, and a file that has a second name is not written to: a download that was
 * killed between naming its file and removing the temporary name leaves the person's image under both.
 */
function openOwn(path: string, calls: PartCalls): number {
  try {
    const fd = calls.openSync(path, OPEN_FLAGS, 0o666)
    let status: { nlink: number; isFile(): boolean }
    try {
      status = calls.fstatSync(fd)
    } catch (error) {
      calls.closeSync(fd)
      throw error
    }
    if (status.isFile() && status.nlink === 1) return fd
    calls.closeSync(fd)
  } catch (error) {
    if (systemReason(error) !== 'ELOOP') throw error
  }
  calls.unlinkSync(path)
  return calls.openSync(path, NEW_FLAGS, 0o666)
}

/** What the file beside says; `undefined` where there is none. */
function readPrefix(path: string, calls: PartCalls): number | undefined {
  try {
    const text = calls.readFileSync(prefixPath(path), 'latin1')
    return /^[0-9]{1,16}$/.test(text) ? Number(text) : 0
  } catch (error) {
    return systemReason(error) === 'ENOENT' ? undefined : 0
  }
}

function guarded<Result>(action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw error instanceof SaveError ? error : new SaveError(systemReason(error), { cause: error })
  }
}

function quietly(action: () => void): void {
  try {
    action()
  } catch {}
}
