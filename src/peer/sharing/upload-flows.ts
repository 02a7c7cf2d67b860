import { monotonicMs } from '../../base/clock.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { RequestConnection } from '../../transport/request-connection.ts'
import { RateWindow } from '../transfers/rate-window.ts'

/** An image that is being sent to somebody. */
export interface UploadFlow {
  readonly digest: Digest
  /** Of the file. */
  readonly name: string
  /** Who gets it: an IP address, IPv4 as IPv4. */
  readonly address: string
  /** Bytes of the image. */
  readonly size: number
  /** Bytes of it that went out to them since they began to ask for it. */
  readonly sent: number
  /** Over the last seconds. */
  readonly bytesPerSecond: number
}

/** What is about to be sent. */
export interface UploadedImage {
  readonly digest: Digest
  readonly name: string
  readonly size: number
}

/** One answer on its way. */
export interface RunningUpload {
  /** More bytes went out. */
  count(bytes: number): void
  end(): void
}

/** Milliseconds for which somebody who asks for an image part by part is told of between two of them. */
const LINGER_MS = 3000

/**
 * Entries at most, the longest ended going first: those that run are as many as there are upload slots (512 at most), the
 * others ended within the last seconds.
 */
const MAX_FLOWS = 1024

interface Flow extends UploadedImage {
  readonly address: string
  readonly connections: Set<RequestConnection>
  readonly rate: RateWindow
  sent: number
  endedMs: number
}

/** What large answers are under way to whom: one entry for each image and asker, whatever parts it is asked for in. */
export class UploadFlows {
  readonly #flows = new Map<string, Flow>()
  readonly #isShared: (digest: Digest) => boolean

  constructor(isShared: (digest: Digest) => boolean) {
    this.#isShared = isShared
  }

  /** Begins an answer; `undefined` where the image, which may have waited for its turn, is no longer shared. */
  begin(connection: RequestConnection, image: UploadedImage): RunningUpload | undefined {
    if (!this.#isShared(image.digest)) return undefined
    const flow = this.#flowOf(connection, image)
    flow.connections.add(connection)
    return {
      count(bytes) {
        flow.sent += bytes
        flow.rate.count(flow.sent, monotonicMs())
      },
      end() {
        flow.connections.delete(connection)
        flow.endedMs = monotonicMs()
      },
    }
  }

  /** All that run or ended a moment ago, the first begun first. */
  all(): UploadFlow[] {
    const nowMs = monotonicMs()
    this.#forgetEnded(nowMs)
    return [...this.#flows.values()].map(({ digest, name, size, address, sent, rate }) => {
      return { digest, name, address, size, sent, bytesPerSecond: rate.bytesPerSecond(nowMs) }
    })
  }

  /** Cuts what is being sent of images that are no longer shared. */
  cutUnshared(): void {
    for (const [key, { digest, connections }] of this.#flows) {
      if (this.#isShared(digest)) continue
      for (const connection of connections) connection.reset()
      this.#flows.delete(key)
    }
  }

  #flowOf({ address }: RequestConnection, { digest, name, size }: UploadedImage): Flow {
    const nowMs = monotonicMs()
    const key = `${digest} ${address}`
    const known = this.#flows.get(key)
    if (known !== undefined && !hasEnded(known, nowMs)) return known
    this.#flows.delete(key)
    if (this.#flows.size >= MAX_FLOWS) this.#forgetOldest()
    const rate = new RateWindow(nowMs)
    const flow = { digest, name, size, address, rate, connections: new Set<RequestConnection>() }
    const begun: Flow = { ...flow, sent: 0, endedMs: nowMs }
    this.#flows.set(key, begun)
    return begun
  }

  #forgetEnded(nowMs: number): void {
    for (const [key, flow] of this.#flows) if (hasEnded(flow, nowMs)) this.#flows.delete(key)
  }

  #forgetOldest(): void {
    for (const [key, { connections }] of this.#flows) {
      if (connections.size > 0) continue
      this.#flows.delete(key)
      return
    }
  }
}

function hasEnded({ connections, endedMs }: Flow, nowMs: number): boolean {
  return connections.size === 0 && nowMs - endedMs > LINGER_MS
}
