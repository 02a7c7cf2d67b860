import { readSync } from 'node:fs'
import { EINTR, loadSendFile, type SendFile } from './linux-send-file.ts'
import type { RequestConnection } from './request-connection.ts'

/** Bytes handed to sendfile(2) in one call. */
const CALL_BYTES = 4 * 1024 ** 2
/** Bytes sent before the rest of the program gets its turn. */
const TURN_BYTES = CALL_BYTES
/** Bytes that go through this program at a time where sendfile(2) cannot be used, or that go out before a pace is asked. */
const CHUNK_BYTES = 65_536

/**
 * Bytes written to a full socket, which are taken when it has room again: no better way to be told. Few, since they are
 * copied.
 */
const AWAITING_BYTES = 4096

/** Idle chunks that are kept: more than transfers run at once by default, 2 MiB together. */
const MAX_KEPT_CHUNKS = 32
const chunks: Buffer[] = []

/** Parts of a file that go out other than they stand there. */
export interface FileChanges {
  /** The first stretch that ends behind `at` and is changed somewhere; `undefined` where the rest goes out as it is. */
  next(at: number): { readonly start: number; readonly end: number } | undefined
  /** Makes what goes out of `bytes`, which were read at `at`. */
  apply(bytes: Uint8Array, at: number): void
}

/** Bytes `[start, end)` of the file `fd`, which stays open until they are sent. */
export interface FileBytes {
  readonly fd: number
  readonly start: number
  readonly end: number
  readonly changes?: FileChanges | undefined
  /** Whether the changes still are those of what the file holds; asked before anything of it goes out. */
  readonly unchanged?: (() => boolean) | undefined
}

/** How fast something may be sent. */
export interface Pace {
  /** Whether there is a limit now: then pieces are small, so that several transfers take turns. */
  readonly isLimited: boolean
  /** Counts bytes that went out, and resolves when the next may; `undefined` for at once. */
  take(bytes: number): Promise<void> | undefined
}

/** Sends parts of files over connections: through sendfile(2) where there is one, else in pieces read one after the other. */
export class FileSender {
  readonly #sendFile: SendFile | undefined
  /** Bytes that go through this program at a time. */
  readonly #chunkBytes: number

  constructor(sendFile: SendFile | undefined) {
    this.#sendFile = sendFile
    this.#chunkBytes = sendFile === undefined ? CHUNK_BYTES : AWAITING_BYTES
  }

  static async load(): Promise<FileSender> {
    return new FileSender(await loadSendFile())
  }

  /**
   * Resolves when the system took all bytes, or false as soon as the file has no more of them or the connection is gone.
   * A cold file holds the program up while the disk reads. No byte that is changed goes out as it stands in the file: what
   * the system sends by itself ends before the next changed stretch, and what is read here is changed first.
   */
  async send(connection: RequestConnection, bytes: FileBytes, pace: Pace): Promise<boolean> {
    const { fd, start, end, changes } = bytes
    const { socket } = connection
    let at = start
    let turnBytes = 0
    while (at < end) {
      if (socket.destroyed || bytes.unchanged?.() === false) return false
      const changed = changes?.next(at)
      const isChanged = changed !== undefined && changed.start <= at
      const until = Math.min(end, (isChanged ? changed.end : changed?.start) ?? end)
      const wanted = Math.min(until - at, pace.isLimited ? CHUNK_BYTES : CALL_BYTES)
      // What is still on its way through the socket comes first.
      const direct =
        socket.writableLength === 0 && !isChanged ? this.#sendAtOnce(socket, fd, at, wanted) : undefined
      const chunkBytes = isChanged ? CHUNK_BYTES : this.#chunkBytes
      const sent = direct ?? (await sendChunk(connection, bytes, at, Math.min(wanted, chunkBytes)))
      if (sent === 0) return false
      at += sent
      if (direct !== undefined) connection.sentBytes += sent
      const wait = pace.take(sent)
      if (wait !== undefined) await wait
      turnBytes += sent
      if (turnBytes >= TURN_BYTES && at < end) {
        turnBytes = 0
        await new Promise(resolve => setImmediate(resolve))
      }
    }
    return true
  }

  /** Bytes that went out; `undefined` where the socket has to be awaited. */
  #sendAtOnce(
    socket: RequestConnection['socket'],
    fd: number,
    at: number,
    count: number,
  ): number | undefined {
    const descriptor = this.#sendFile === undefined ? undefined : descriptorOf(socket)
    if (this.#sendFile === undefined || descriptor === undefined) return undefined
    for (;;) {
      const sent = this.#sendFile(descriptor, fd, at, count)
      if (sent >= 0) return sent
      // The socket is full, or a file system that cannot do this: the way through the socket waits, or does without.
      if (sent !== -EINTR) return undefined
    }
  }
}

/** Bytes read and taken by the system; 0 at the file's end. */
async function sendChunk(
  connection: RequestConnection,
  { fd, changes, unchanged }: FileBytes,
  at: number,
  wanted: number,
): Promise<number> {
  const chunk = chunks.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  try {
    const bytesRead = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, wanted), at)
    if (unchanged?.() === false) return 0
    changes?.apply(chunk.subarray(0, bytesRead), at)
    if (bytesRead > 0) await connection.write(chunk.subarray(0, bytesRead))
    return bytesRead
  } finally {
    if (chunks.length < MAX_KEPT_CHUNKS) chunks.push(chunk)
  }
}

/**
 * The socket's descriptor, which Node has no public word for; `undefined` where there is none to be found. Node closes it
 * only in `destroy`, which no caller has done by then.
 */
function descriptorOf(socket: RequestConnection['socket']): number | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: unknown } | null }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
