import type { TLocalizedValidationError } from 'typebox/error'
import { printable } from '../../base/printable.ts'

/** Characters of a stranger's own name for something that are shown back. */
const SHOWN_CHARACTERS = 60

/** What the first of a value's errors is about, as a sentence; `whole` is what the value itself is called. */
export function describeErrors(errors: readonly TLocalizedValidationError[], whole: string): string {
  const unknown = errors.find(error => error.keyword === 'additionalProperties')
  if (unknown?.keyword === 'additionalProperties') {
    const names = unknown.params.additionalProperties.slice(0, 3).map(name => quoted(name))
    return `There is no ${names.join(', ')}.`
  }
  const [first] = errors
  if (first === undefined) return `The ${whole} is wrong.`
  const subject = first.instancePath === '' ? `The ${whole}` : quoted(first.instancePath.slice(1))
  const allowed = errors.flatMap(error =>
    error.keyword === 'const' && error.instancePath === first.instancePath
      ? [String(error.params.allowedValue)]
      : [],
  )
  return `${subject} ${allowed.length > 0 ? `must be one of ${allowed.join(', ')}` : first.message}.`
}

function quoted(name: string): string {
  return `“${printable(name, SHOWN_CHARACTERS)}”`
}
