import { getSystemErrorMap } from 'node:util'

/** What was thrown, as an Error: anything can be thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('something was thrown that is no Error', { cause: thrown })
}

/** The error that Node would have made of a failed system call: `errno` is the C library's, above 0. */
export function systemError(
  call: string,
  errno: number,
  address?: string,
  port?: number,
): NodeJS.ErrnoException {
  const [code, meaning] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error']
  const facts = { errno: -errno, code, syscall: call }
  if (address === undefined) return Object.assign(new Error(`${call} ${code}: ${meaning}`), facts)
  const where = port === undefined || port === 0 ? address : `${address}:${port}`
  return Object.assign(new Error(`${call} ${code} ${where}`), { ...facts, address, port })
}
