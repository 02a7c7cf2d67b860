import { Failure } from '../base/failure.ts'

/** The failure of a picture that could not be written, by the system's reason: `diskFull`, or else `cannotSave`. */
export function saveFailure(reason: string, name: string, directory: string, cause?: unknown): Failure {
  if (reason === 'ENOSPC' || reason === 'EDQUOT')
    return new Failure('diskFull', { directory, freeBytes: 0 }, { cause })
  return new Failure('cannotSave', { name, directory, reason }, { cause })
}
