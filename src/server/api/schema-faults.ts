import type { ErrorObject } from 'ajv'
import { printable } from '../../base/printable.ts'

/** Characters of a stranger's own name for something that are shown back. */
const SHOWN_CHARACTERS = 60

/** Fields that are named of those that are too many or missing. */
const SHOWN_FIELDS = 3

/** What the first of a value's faults is about, as a sentence; `whole` is what the value itself is called. */
export function describeFaults(faults: readonly ErrorObject[], whole: string): string {
  const unknown = fieldsOf(faults, 'additionalProperties', 'additionalProperty')
  if (unknown.length > 0) return `There is no ${unknown.join(', ')}.`
  const missing = fieldsOf(faults, 'required', 'missingProperty')
  if (missing.length > 0) return `The ${whole} must have ${missing.join(', ')}.`
  const [first] = faults
  if (first === undefined) return `The ${whole} is wrong.`
  const subject = first.instancePath === '' ? `The ${whole}` : quoted(first.instancePath.slice(1))
  const allowed = faults.find(
    ({ keyword, instancePath }) => keyword === 'enum' && instancePath === first.instancePath,
  )
  return `${subject} ${allowed === undefined ? first.message : `must be one of ${allowed.params['allowedValues'].join(', ')}`}.`
}

function fieldsOf(faults: readonly ErrorObject[], keyword: string, parameter: string): readonly string[] {
  const ofKeyword = faults.filter(fault => fault.keyword === keyword).slice(0, SHOWN_FIELDS)
  return ofKeyword.map(fault => quoted(String(fault.params[parameter])))
}

function quoted(name: string): string {
  return `“${printable(name, SHOWN_CHARACTERS)}”`
}
