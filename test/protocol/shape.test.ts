import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as catalogApi from '../../src/protocol/catalog-api.ts'
import { checkOf } from '../../src/protocol/shape.ts'

const schemas = Object.entries(catalogApi).filter(([, exported]) => typeof exported === 'object')
for (const [name, schema] of schemas) {
  test(`${name} is a JSON Schema without a word that means nothing`, () => {
    assert.doesNotThrow(() => new Ajv2020({ strict: true }).compile(Object(schema)))
  })
}

const Picture = {
  type: 'object',
  required: ['name', 'sides'],
  properties: {
    name: { type: 'string', maxLength: 2 },
    sides: { type: 'array', items: { type: 'integer', minimum: 1 } },
    kind: { enum: ['drawn', 'taken'], default: 'taken' },
  },
} as const

test('a value that is as its schema says is of its type', () => {
  const value: unknown = { name: '🖼🖼', sides: [1, 2], more: true }
  assert.ok(checkOf(Picture).accepts(value))
  const { name, sides, kind }: { name: string; sides: number[]; kind?: 'drawn' | 'taken' } = value
  assert.deepEqual({ name, sides, kind }, { name: '🖼🖼', sides: [1, 2], kind: undefined })
})

test('all that is wrong with a value is told', () => {
  const check = checkOf({ ...Picture, additionalProperties: false })
  const value = { name: 'abc', sides: [0, 1.5], a: 1, b: 2 }
  assert.equal(check.accepts(value), false)
  assert.deepEqual(
    check.faults(value).map(({ keyword, instancePath }) => `${keyword} ${instancePath}`),
    [
      'additionalProperties ',
      'additionalProperties ',
      'maxLength /name',
      'minimum /sides/0',
      'type /sides/1',
    ],
  )
  assert.deepEqual(check.faults({ name: 'a', sides: [] }), [])
})
