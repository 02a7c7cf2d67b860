import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { FromSchema, JSONSchema } from 'json-schema-to-ts'

/** What a JSON Schema describes: of an object, the fields that it names, also where it lets others come with them. */
export type ShapeOf<Schema> =
  Closed<Schema> extends infer Closed extends JSONSchema
    ? FromSchema<Closed, { keepDefaultedPropertiesOptional: true }>
    : unknown

type Closed<Schema> = Schema extends { readonly properties: infer Properties }
  ? Omit<Schema, 'properties'> & {
      readonly properties: { readonly [Name in keyof Properties]: Closed<Properties[Name]> }
      readonly additionalProperties: false
    }
  : Schema extends { readonly items: infer Items }
    ? Omit<Schema, 'items'> & { readonly items: Closed<Items> }
    : Schema

/** Whether values are as a schema says. */
export interface ShapeCheck<Shape> {
  /** Stops at the first fault. */
  accepts(value: unknown): value is Shape
  /** All that is wrong with a value: as many faults as it has fields, so only for a value whose size is bounded. */
  faults(value: unknown): readonly ErrorObject[]
}

// The schemas are ours and not checked against that of schemas, which takes memory; tests do it.
const options = { meta: false, validateSchema: false, logger: false } as const
const untilFirstFault = new Ajv(options)
const everyFault = new Ajv({ ...options, allErrors: true })

/** The check by a schema, which is compiled when it is first used. */
export function checkOf<const Schema extends object>(schema: Schema): ShapeCheck<ShapeOf<Schema>> {
  let accepts: ValidateFunction<ShapeOf<Schema>> | undefined
  return {
    accepts(value): value is ShapeOf<Schema> {
      accepts ??= untilFirstFault.compile<ShapeOf<Schema>>(schema)
      return accepts(value)
    },
    faults(value) {
      const validate = everyFault.compile(schema)
      return validate(value) ? [] : (validate.errors ?? [])
    },
  }
}
