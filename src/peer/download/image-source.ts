import type { OwnerFault } from '../../base/failure.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'

/** An owner, as one download knows it. */
export interface ImageSource {
  readonly endpoint: Endpoint
  readonly name: string
  /**
   * `ranges`: by HTTP, any part. `whole`: by HTTP, from the beginning only. `old`: by the old request, from the beginning
   * only. Everybody counts as the first until something else is seen.
   */
  way: 'ranges' | 'whole' | 'old'
  /** It has answered by HTTP. */
  speaksHttp: boolean
  /** `otherSize`: what it offers is not as long as what is being fetched. */
  state: 'ready' | 'working' | 'failed' | 'otherSize'
  /** Monotonic milliseconds before which it does not want to be asked again. */
  busyUntilMs: number
  busyAnswers: number
  /** Bytes it gave that were new. */
  gave: number
  /** What `gave` was when its connection was cut last. */
  gaveAtCut: number
  cuts: number
  /** Of its last part. */
  bytesPerMs: number
}

export function newSource(endpoint: Endpoint, isOld: boolean): ImageSource {
  return {
    ...{ endpoint, name: formatEndpoint(endpoint), way: isOld ? 'old' : 'ranges', speaksHttp: false },
    ...{ state: 'ready', busyUntilMs: 0, busyAnswers: 0, gave: 0, gaveAtCut: 0, cuts: 0, bytesPerMs: 0 },
  }
}

/** Answers of "later" taken from one owner for one image, after which it is given up. */
const MAX_BUSY_ANSWERS = 60

/** Seconds between two requests to an owner that is busy. */
const MIN_RETRY_SECONDS = 1
const MAX_RETRY_SECONDS = 60

/** Cuts forgiven to an owner that gave something new each time. */
const MAX_CUTS = 20

/** Notes that an owner is busy; false when that is enough of it. */
export function noteBusy(source: ImageSource, retryAfterSeconds: number | undefined, nowMs: number): boolean {
  source.busyAnswers += 1
  const seconds = Math.min(MAX_RETRY_SECONDS, Math.max(MIN_RETRY_SECONDS, retryAfterSeconds ?? 0))
  source.busyUntilMs = nowMs + seconds * 1000
  return source.busyAnswers <= MAX_BUSY_ANSWERS
}

/** True where an owner that failed so gets another chance: its connection broke, and it can go on where it was. */
export function isForgiven(source: ImageSource, fault: OwnerFault): boolean {
  if (fault !== 'cut' || source.way !== 'ranges' || source.gave === source.gaveAtCut) return false
  source.gaveAtCut = source.gave
  source.cuts += 1
  return source.cuts <= MAX_CUTS
}
