/** How long and how much one owner may take. */
export interface FetchLimits {
  /** Milliseconds until the connection stands. */
  readonly connectMs: number
  /**
   * Milliseconds from the request to the first byte. Clients in the field hash their whole folder for each request, so
   * this is long.
   */
  readonly firstByteMs: number
  /**
   * In every span of `progressMs` milliseconds at least `progressBytes` have to come, or the owner counts as stalled.
   * Time in which we read nothing, to keep to our own limit, does not count.
   */
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
