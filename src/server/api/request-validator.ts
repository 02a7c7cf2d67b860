import type { FastifySchemaCompiler } from 'fastify'
import { IsInteger, IsObject, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ProblemError } from './problems.ts'
import { describeErrors } from './schema-errors.ts'

/** A decimal integer as it is written: no sign, no exponent, no leading zero, so that each value has one way to be asked for. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/**
 * Checks path, query and headers by their schemas. They are text: a decimal integer becomes a number where one is
 * expected, and nothing else is converted. Bodies are lists, whose lines are checked as they come.
 */
export const requestValidatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return (body: unknown) => ({ value: body })
  const validator = Compile(schema)
  const integers = IsObject(schema)
    ? Object.keys(schema.properties).filter(name => IsInteger(schema.properties[name]))
    : []
  return (texts: Readonly<Record<string, unknown>>) => {
    const value = { ...texts }
    for (const name of integers) {
      const text = value[name]
      if (typeof text === 'string' && DECIMAL.test(text)) value[name] = Number(text)
    }
    if (validator.Check(value)) return { value }
    const reason = describeErrors(validator.Errors(value), 'request')
    return { error: new ProblemError('badParameter', { reason }) }
  }
}
