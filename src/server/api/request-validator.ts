import type { FastifySchemaCompiler } from 'fastify'
import { checkOf } from '../../protocol/shape.ts'
import { ProblemError } from './problems.ts'
import { describeFaults } from './schema-faults.ts'

/** A decimal integer as it is written: no sign, no exponent, no leading zero, so that each value has one way to be asked for. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** The schema of a path, a query or headers: their parameters by name. */
interface RequestPart {
  readonly properties: Readonly<Record<string, { readonly type?: string }>>
}

/**
 * Checks path, query and headers by their schemas. They are text: a decimal integer becomes a number where one is
 * expected, and nothing else is converted. Bodies are lists, whose lines are checked as they come.
 */
export const requestValidatorCompiler: FastifySchemaCompiler<RequestPart> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return (body: unknown) => ({ value: body })
  const check = checkOf(schema)
  const integers = Object.keys(schema.properties).filter(name => schema.properties[name]?.type === 'integer')
  return (texts: Readonly<Record<string, unknown>>) => {
    const value = { ...texts }
    for (const name of integers) {
      const text = value[name]
      if (typeof text === 'string' && DECIMAL.test(text)) value[name] = Number(text)
    }
    if (check.accepts(value)) return { value }
    const reason = describeFaults(check.faults(value), 'request')
    return { error: new ProblemError('badParameter', { reason }) }
  }
}
