/** Bounds of what strangers may have, hold open and make wait over HTTP. Milliseconds, bytes and counts, as named. */
export interface ApiLimits {
  /** Connections at once, in all: as many as may watch, and as many again that ask. One costs some 20 kB of memory. */
  readonly connections: number
  /**
   * Connections at once from one address (of IPv6: from one /64, which is what a single household gets). A class behind
   * one router asks together. What is beyond either bound is closed without a byte.
   */
  readonly connectionsPerAddress: number
  /** Bytes of a request's line and headers: a search of 200 characters, escaped, takes 2,400. */
  readonly headerBytes: number
  /** Milliseconds from the connection, or from a request's first byte, to the end of its headers. */
  readonly headersMs: number
  /** Milliseconds from a request's first byte to its last: 200,000 lines over a slow line take minutes. */
  readonly requestMs: number
  /**
   * Milliseconds that a list's sender may let the server wait. What was waited is earned back by what is sent, at
   * {@link bodyBytesPerSecond}, so that a trickle does not extend it. A connection on which nothing moves, in either
   * direction, is cut after twice as many.
   */
  readonly idleMs: number
  /** Bytes a second that a list's sender has to keep up in the long run: what a bad mobile connection still does. */
  readonly bodyBytesPerSecond: number
  /** Milliseconds that a connection is kept open for a next request. */
  readonly keepAliveMs: number
  /** Milliseconds that somebody gets to take an answer: 3 MB, the longest, at 25 kB/s. */
  readonly answerMs: number
  /** Bytes of answers that wait for their readers, in all; beyond them no page is begun. */
  readonly waitingAnswerBytes: number
  /** Milliseconds that the rest of a body is read and dropped after it was refused, so that the answer arrives. */
  readonly lingerMs: number
  /** Entries of one list: what one registration may hold. */
  readonly entriesPerRequest: number
  /** Lines of one list, empty ones too: one between any two entries. */
  readonly linesPerRequest: number
  /** Lists being read at once from one address, each of which holds some 100 kB. */
  readonly listsPerAddress: number
  /** Watchers of the changes at once, in all: each is told of every change. */
  readonly watchers: number
  /** Watchers at once from one address. */
  readonly watchersPerAddress: number
  /** Bytes that may wait for one watcher when something new comes; who has more waiting is cut, and resumes. */
  readonly waitingBytesPerWatcher: number
  /** Bytes that may wait for all watchers together; whoever would add to more is cut. */
  readonly waitingWatcherBytes: number
  /** Milliseconds between two signs of life to a watcher: proxies and routers forget a silent connection in 30 s to 60 s. */
  readonly heartbeatMs: number
  /** Milliseconds that requests under way get to end when the server stops. */
  readonly stopMs: number
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  connections: 2048,
  connectionsPerAddress: 256,
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 900_000,
  idleMs: 30_000,
  bodyBytesPerSecond: 1024,
  keepAliveMs: 10_000,
  answerMs: 120_000,
  waitingAnswerBytes: 128 << 20,
  lingerMs: 10_000,
  entriesPerRequest: 200_000,
  linesPerRequest: 400_000,
  listsPerAddress: 32,
  watchers: 1000,
  watchersPerAddress: 16,
  waitingBytesPerWatcher: 1 << 20,
  waitingWatcherBytes: 128 << 20,
  heartbeatMs: 15_000,
  stopMs: 2000,
}
