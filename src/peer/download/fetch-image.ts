import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type OwnerFault, systemReason } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { encodeTransferRequest } from '../../protocol/transfer-request.ts'

/** How long and how much one owner may take. */
export interface FetchLimits {
  /** Milliseconds until the connection stands. */
  readonly connectMs: number
  /**
   * Milliseconds from the request to the first byte. Clients in the field hash their whole folder for each request, so
   * this is long.
   */
  readonly firstByteMs: number
  /** In every span of `progressMs` milliseconds at least `progressBytes` have to come, or the owner counts as stalled. */
  readonly progressMs: number
  readonly progressBytes: number
  /** Bytes of the largest image taken: the old request tells no size, and an owner may send without end. */
  readonly imageBytes: number
}

export const DEFAULT_FETCH_LIMITS: FetchLimits = {
  connectMs: 5000,
  firstByteMs: 20_000,
  progressMs: 8000,
  progressBytes: 8192,
  imageBytes: 4 * 1024 ** 3,
}

/** What one owner gave. Only with `'verified'` do the bytes in the file have the digest asked for. */
export type FetchResult =
  | { readonly kind: 'verified' /** The image's size. */; readonly bytes: number }
  | { readonly kind: 'fault'; readonly fault: OwnerFault; readonly bytes: number; readonly detail: string }

/** Bytes of a text such as `ERR NO_SUCH_IMAGE` that some implementations send instead of nothing. */
const MAX_ERROR_TEXT_BYTES = 512

/** An error of the disk or of a full one, told apart from one of the owner. */
export class SaveError extends Error {}

/**
 * Asks one owner for one image and writes what comes into `file` from its start, computing the digest on the way.
 * Rejects with the signal's reason when cancelled and with a {@link SaveError} when the file cannot be written; whatever
 * the owner does is a result.
 */
export async function fetchImage(
  owner: Endpoint,
  digest: Digest,
  file: FileHandle,
  limits: FetchLimits,
  signal: AbortSignal,
  onBytes: (total: number) => void,
): Promise<FetchResult> {
  const watchdog = new Watchdog(limits)
  const socket = connect({ host: owner.address, port: owner.port, noDelay: true })
  socket.on('error', () => {})
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  const hash = createHash('md5')
  let bytes = 0
  let head = Buffer.alloc(0)
  watchdog.start(socket)
  try {
    signal.throwIfAborted()
    socket.once('connect', () => {
      watchdog.connected()
      socket.write(encodeTransferRequest(digest))
    })
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      if (bytes < MAX_ERROR_TEXT_BYTES)
        head = Buffer.concat([head, chunk.subarray(0, MAX_ERROR_TEXT_BYTES - bytes)])
      if (bytes + chunk.length > limits.imageBytes) return fault('tooLarge', bytes + chunk.length)
      hash.update(chunk)
      await writeAll(file, chunk, bytes)
      bytes += chunk.length
      watchdog.received(bytes)
      onBytes(bytes)
    }
  } catch (error) {
    if (error instanceof SaveError) throw error
    signal.throwIfAborted()
    return (
      watchdog.fault(bytes) ??
      fault(bytes === 0 && !watchdog.isConnected ? 'unreachable' : 'cut', bytes, systemReason(error))
    )
  } finally {
    watchdog.stop()
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
  signal.throwIfAborted()
  if (bytes === 0) return fault('nothing', 0)
  if (hash.digest('hex') === digest) return { kind: 'verified', bytes }
  const text = head.toString('latin1')
  return bytes <= MAX_ERROR_TEXT_BYTES && text.startsWith('ERR ')
    ? fault('errorText', bytes, text.trim())
    : fault('wrongContent', bytes)
}

/** Cuts a connection that is too slow to stand, to begin or to go on. */
class Watchdog {
  readonly #limits: FetchLimits
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: { fault: OwnerFault; detail: string } | undefined
  #bytes = 0
  #spanBytes = 0
  isConnected = false

  constructor(limits: FetchLimits) {
    this.#limits = limits
  }

  start(socket: Socket): void {
    this.#socket = socket
    this.#arm(this.#limits.connectMs, () => this.#cut('unreachable', 'ETIMEDOUT'))
  }

  connected(): void {
    this.isConnected = true
    this.#arm(this.#limits.firstByteMs, () => this.#cut('stalled', ''))
  }

  received(total: number): void {
    const first = this.#bytes === 0
    this.#bytes = total
    if (first) this.#beginSpan()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  fault(bytes: number): FetchResult | undefined {
    return this.#fault && { kind: 'fault', ...this.#fault, bytes }
  }

  #beginSpan(): void {
    this.#spanBytes = this.#bytes
    this.#arm(this.#limits.progressMs, () => {
      if (this.#bytes - this.#spanBytes < this.#limits.progressBytes) this.#cut('stalled', '')
      else this.#beginSpan()
    })
  }

  #cut(fault: OwnerFault, detail: string): void {
    this.#fault = { fault, detail }
    this.#socket?.destroy()
  }

  #arm(afterMs: number, action: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(action, afterMs)
  }
}

function fault(reason: OwnerFault, bytes: number, detail = ''): FetchResult {
  return { kind: 'fault', fault: reason, bytes, detail }
}

async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  try {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written)
      written += bytesWritten
    }
  } catch (error) {
    throw new SaveError(systemReason(error), { cause: error })
  }
}
