import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import type { FileBytes, FileChanges } from '../../transport/file-sender.ts'
import { type FileFingerprint, fingerprintOf, sameFingerprint } from './image-file.ts'

const NANOSECONDS_PER_MS = 1_000_000n

/** What the library knows of an image beside its file. */
interface AboutImage {
  readonly mediaType: string
  /** Looked up only where it is asked for. */
  readonly sha256: () => string | undefined
  /** What others see other than it stands in the file. */
  readonly changes?: FileChanges | undefined
}

/** A file opened for reading, in the very state that was expected. */
export interface OpenedFile {
  /** The descriptor, until {@link close}. What it gives is the person's own: only {@link OpenedImage} is for others. */
  readonly fd: number
  /** Bytes. */
  readonly size: number
  /** True while the file is still in that state. */
  unchanged(): boolean
  /** May be called more than once. */
  close(): void
}

/** An image of the library as others get it, in the very state its digest was computed from. */
export interface OpenedImage extends Omit<OpenedFile, 'fd'> {
  /** The file's name, for the person who shares it. */
  readonly name: string
  /** When the file was last changed, milliseconds since 1970. */
  readonly modifiedMs: number
  /** IANA's name of what it is. */
  readonly mediaType: string
  /** 64 lower-case hexadecimal digits; `undefined` where it is not known. */
  readonly sha256: string | undefined
  /** The bytes `[start, end)` for a sender, until {@link close}. */
  part(start: number, end: number): FileBytes
  /** Reads from `at` on until `into` is full; how many bytes there were. Throws what the system does. */
  read(into: Uint8Array, at: number): number
}

class UnchangedFile implements OpenedFile {
  readonly fd: number
  readonly size: number
  readonly #state: FileFingerprint
  #isClosed = false

  constructor(fd: number, state: FileFingerprint) {
    this.fd = fd
    this.size = Number(state.size)
    this.#state = state
  }

  unchanged(): boolean {
    try {
      const status = fstatSync(this.fd, { bigint: true })
      return status.isFile() && sameFingerprint(fingerprintOf(status), this.#state)
    } catch {
      return false
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    closeSync(this.fd)
  }
}

class ImageOfFile implements OpenedImage {
  readonly name: string
  readonly modifiedMs: number
  readonly mediaType: string
  readonly #file: OpenedFile
  readonly #about: AboutImage

  constructor(file: OpenedFile, name: string, { modifiedNs }: FileFingerprint, about: AboutImage) {
    this.name = name
    this.modifiedMs = Number(modifiedNs / NANOSECONDS_PER_MS)
    this.mediaType = about.mediaType
    this.#file = file
    this.#about = about
  }

  get size(): number {
    return this.#file.size
  }

  get sha256(): string | undefined {
    return this.#about.sha256()
  }

  part(start: number, end: number): FileBytes {
    const { changes } = this.#about
    const part = { fd: this.#file.fd, start, end }
    return changes === undefined ? part : { ...part, changes, unchanged: () => this.unchanged() }
  }

  read(into: Uint8Array, at: number): number {
    const bytesRead = readSync(this.#file.fd, into, 0, into.length, at)
    this.#about.changes?.apply(into.subarray(0, bytesRead), at)
    return bytesRead
  }

  unchanged(): boolean {
    return this.#file.unchanged()
  }

  close(): void {
    this.#file.close()
  }
}

/**
 * Opens the file at `path`, or gives `undefined` where it is not in the state `expected`, or is a link. Without waiting: a
 * thread of its own would cost several times what opening does.
 */
export function openUnchanged(path: string, expected: FileFingerprint): OpenedFile | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  const opened = new UnchangedFile(fd, expected)
  if (opened.unchanged()) return opened
  opened.close()
  return undefined
}

/** The same for an image that others are given. */
export function openImage(
  path: string,
  expected: FileFingerprint,
  about: AboutImage,
): OpenedImage | undefined {
  const file = openUnchanged(path, expected)
  return file && new ImageOfFile(file, basename(path), expected, about)
}
