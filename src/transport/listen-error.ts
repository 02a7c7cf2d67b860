import { Failure, systemReason } from '../base/failure.ts'

/** What a person is told when a socket could not be bound: the system's error as a failure with its facts. */
export function listenFailure(error: unknown, host: string, port: number): Failure {
  const options = { cause: error }
  switch (systemReason(error)) {
    case 'EADDRINUSE':
      return new Failure('portTaken', { host, port }, options)
    case 'EACCES':
      return new Failure('portForbidden', { host, port }, options)
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return new Failure('addressUnavailable', { host }, options)
    default:
      return error instanceof Failure
        ? error
        : new Failure('cannotListen', { host, port, reason: systemReason(error) }, options)
  }
}
