import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { type FileFingerprint, fingerprintOf, sameFingerprint } from './image-file.ts'

const NANOSECONDS_PER_MS = 1_000_000n

/** What the library knows of an image beside its file. */
interface AboutImage {
  readonly mediaType: string
  /** Looked up only where it is asked for. */
  readonly sha256: () => string | undefined
}

/** An image of the library opened for reading, in the very state its digest was computed from. */
export interface OpenedImage {
  /** The descriptor, until {@link close}. */
  readonly fd: number
  /** The file's name, for the person who shares it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** When the file was last changed, milliseconds since 1970. */
  readonly modifiedMs: number
  /** IANA's name of what it is. */
  readonly mediaType: string
  /** 64 lower-case hexadecimal digits; `undefined` where it is not known. */
  readonly sha256: string | undefined
  /** True while the file is still in that state. */
  unchanged(): boolean
  /** May be called more than once. */
  close(): void
}

class OpenedFile implements OpenedImage {
  readonly fd: number
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
  readonly mediaType: string
  readonly #state: FileFingerprint
  readonly #sha256: () => string | undefined
  #isClosed = false

  constructor(fd: number, name: string, state: FileFingerprint, about: AboutImage) {
    this.fd = fd
    this.mediaType = about.mediaType
    this.#sha256 = about.sha256
    this.name = name
    this.size = Number(state.size)
    this.modifiedMs = Number(state.modifiedNs / NANOSECONDS_PER_MS)
    this.#state = state
  }

  get sha256(): string | undefined {
    return this.#sha256()
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

/**
 * Opens the file at `path`, or gives `undefined` where it is not in the state `expected`, or is a link. Without waiting: a
 * thread of its own would cost several times what opening does.
 */
export function openUnchanged(
  path: string,
  expected: FileFingerprint,
  about: AboutImage = { mediaType: 'application/octet-stream', sha256: () => undefined },
): OpenedImage | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  const opened = new OpenedFile(fd, basename(path), expected, about)
  if (opened.unchanged()) return opened
  opened.close()
  return undefined
}
