/** What guests may take of this computer. Strangers who know the address are guests, too. */
export interface GuestLimits {
  /** Connections open at once: a room full of phones, each with the six that a browser opens. */
  readonly connections: number
  /** Of them from one address: a few phones behind one router. */
  readonly connectionsPerAddress: number
  /** Bytes of a request's head; the address of a selection of {@link selection} pictures takes 35 each. */
  readonly headerBytes: number
  readonly headersMs: number
  /** Milliseconds after which a connection on which nothing moves is ended. */
  readonly idleMs: number
  /** Milliseconds in which a whole picture has to arrive. */
  readonly requestMs: number
  /** Milliseconds for which the rest of a refused picture is still read, so that the answer is not lost. */
  readonly lingerMs: number
  /** Requests without the right token that one address may make in a minute. */
  readonly wrongTokens: number
  /** Pictures of one selection, and of everything at once (some 150 bytes of memory each while it is sent). */
  readonly selection: number
  readonly archive: number
  /** Archives and originals under way at once: each holds a file open. */
  readonly transfers: number
  readonly transfersPerAddress: number
  readonly uploads: UploadAllowance
}

/** What guests may bring, from the start of the page to its end. */
export interface UploadAllowance {
  /** Bytes of one picture: raw files and panoramas are below it. */
  readonly fileBytes: number
  readonly filesPerAddress: number
  readonly bytesPerAddress: number
  readonly files: number
  readonly bytes: number
  /** Under way at once: each has a temporary file. */
  readonly atOnce: number
  readonly atOncePerAddress: number
}

const MB = 1_000_000

export const DEFAULT_GUEST_LIMITS: GuestLimits = {
  connections: 512,
  connectionsPerAddress: 48,
  headerBytes: 40 * 1024,
  headersMs: 10_000,
  idleMs: 60_000,
  requestMs: 30 * 60_000,
  lingerMs: 2000,
  wrongTokens: 30,
  selection: 1000,
  archive: 10_000,
  transfers: 32,
  transfersPerAddress: 8,
  uploads: {
    fileBytes: 200 * MB,
    filesPerAddress: 500,
    bytesPerAddress: 5000 * MB,
    files: 5000,
    bytes: 50_000 * MB,
    atOnce: 12,
    atOncePerAddress: 3,
  },
}
