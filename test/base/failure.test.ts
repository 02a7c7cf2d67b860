import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { Failure, isFailure, systemReason } from '../../src/base/failure.ts'

test('a failure carries its code, its facts and what caused it', () => {
  const cause = new Error('the cause')
  const failure = new Failure('portTaken', { host: '::', port: 13_377 }, { cause })
  assert.ok(failure instanceof Error)
  assert.equal(failure.name, 'Failure')
  assert.equal(failure.code, 'portTaken')
  assert.deepEqual(failure.details, { host: '::', port: 13_377 })
  assert.equal(failure.cause, cause)
  assert.match(failure.message, /^portTaken \{.*13377.*\}$/)
})

test('a failure is told by its code', () => {
  const failure: unknown = new Failure('cancelled', {})
  assert.ok(isFailure(failure, 'cancelled'))
  assert.ok(!isFailure(failure, 'portTaken'))
  for (const other of [
    new Error('cancelled'),
    { code: 'cancelled', details: {} },
    'cancelled',
    null,
    undefined,
  ]) {
    assert.ok(!isFailure(other, 'cancelled'))
  }
})

test('the reason of a system error is its code', () => {
  assert.throws(
    () => readFileSync(new URL('no-such-file', import.meta.url)),
    error => systemReason(error) === 'ENOENT',
  )
})

test('the reason of any other thing that was thrown is its text', () => {
  assert.equal(systemReason(new TypeError('went wrong')), 'went wrong')
  assert.equal(systemReason(Object.assign(new Error('odd'), { code: 7 })), 'odd')
  assert.equal(systemReason('a string'), 'a string')
  assert.equal(systemReason(undefined), 'undefined')
  assert.equal(systemReason(null), 'null')
})
