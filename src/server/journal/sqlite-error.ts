/** Result codes of SQLite that decide what is done next (sqlite.org/rescode.html), without their extension. */
/** Ours fit our tables, so this means that a file has others. */
const STATEMENT_WRONG = 1
const BUSY = 5
const CORRUPT = 11
const NOT_A_DATABASE = 26

/** A file that can be read and is none of ours, is damaged, or is of a version this program does not know. */
export class UnusableFileError extends Error {}

/** A file that was broken off before it held a whole state: of no worth, for what it was to replace still stands. */
export class UnfinishedFileError extends Error {}

/** True where the file itself is wrong; any other error may pass, and the file is left alone. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  if (error instanceof UnusableFileError) return true
  return code === CORRUPT || code === NOT_A_DATABASE || code === STATEMENT_WRONG
}

/** True where another connection holds the lock that was asked for. */
export function isLocked(error: unknown): boolean {
  return resultCode(error) === BUSY
}

/** True for an error of SQLite or of the system; any other is a mistake in this program. */
export function isDiskError(error: unknown): boolean {
  return (
    error instanceof UnusableFileError || (error instanceof Error && ('errcode' in error || 'errno' in error))
  )
}

/** What went wrong, in a few words: SQLite's own, or the system's code. */
export function diskReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('errcode' in error || !('code' in error) || typeof error.code !== 'string') return error.message
  return error.code
}

function resultCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
