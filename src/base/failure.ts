/**
 * Everything that can go wrong in a way a person is told about: a code, and the facts its sentence needs. The sentences
 * stand in the message catalogue, one for each code and language.
 */
export interface FailureDetails {
  // The command line
  unknownCommand: { command: string }
  unknownOption: { option: string; command: string }
  missingOptionValue: { option: string; expected: string }
  badOptionValue: { option: string; value: string; expected: string }
  missingArgument: { argument: string; command: string }
  extraArgument: { argument: string; command: string }
  badServerAddress: { text: string }
  // The system
  portTaken: { host: string; port: number }
  portForbidden: { host: string; port: number }
  addressUnavailable: { host: string }
  cannotListen: { host: string; port: number; reason: string }
  fastPathUnavailable: { reason: string }
  directoryMissing: { directory: string }
  directoryUnreadable: { directory: string; reason: string }
  journalInUse: { directory: string }
  // The index server
  serverNotFound: { host: string; reason: string }
  serverSilent: { server: string; attempts: number; seconds: number; refused: boolean }
  serverRefused: { server: string; reason: string }
  serverUnreadable: { server: string }
  registeredWithOtherPassword: { server: string; port: number }
  /** No catalog API answered over TCP: there is none, or something stands between. */
  catalogUnavailable: { server: string; reason: string }
  cancelled: Record<never, never>
  // Images
  imageNotListed: { wanted: string }
  imageAmbiguous: { wanted: string; digests: readonly string[] }
  likenessUnknown: { picture: string; reason: LikenessFault }
  nameRefused: { name: string; reason: string }
  allOwnersFailed: {
    name: string
    attempts: readonly { owner: string; reason: OwnerFault; detail: string }[]
  }
  /** The MD5 is right and the SHA-256 is not: what an attack on MD5 looks like. `disputed`: owners told different ones. */
  sha256Mismatch: { name: string; digest: string; disputed: boolean }
  queueFull: { wanted: string }
  diskFull: { directory: string; freeBytes: number }
  cannotSave: { name: string; directory: string; reason: string }
}

/** Why it is not known how a picture looks. */
export type LikenessFault =
  | 'unreadable'
  | 'undecodable'
  /** Nothing is to be seen on it. */
  | 'blank'
  | 'unavailable'
  /** None of its owners says. */
  | 'untold'

/** Why an owner did not give an image. */
export type OwnerFault =
  | 'unreachable'
  | 'nothing'
  | 'errorText'
  | 'wrongContent'
  | 'cut'
  | 'stalled'
  | 'tooLarge'
  /** Other content with the same MD5. */
  | 'otherSha256'
  | 'busy'
  | 'unreadable'

export type FailureCode = keyof FailureDetails

/** A failure a person is told about. `message` is for logs of the program itself; people read the catalogue's sentence. */
export class Failure<Code extends FailureCode = FailureCode> extends Error {
  readonly code: Code
  readonly details: FailureDetails[Code]

  constructor(code: Code, details: FailureDetails[Code], options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(details)}`, options)
    this.name = 'Failure'
    this.code = code
    this.details = details
  }
}

/** True for a failure of that code. */
export function isFailure<Code extends FailureCode>(error: unknown, code: Code): error is Failure<Code> {
  return error instanceof Failure && error.code === code
}

/** The system's code of an error (`ENOENT` and so on), or its message where it has none. */
export function systemReason(error: unknown): string {
  if (error instanceof Error)
    return 'code' in error && typeof error.code === 'string' ? error.code : error.message
  return String(error)
}
