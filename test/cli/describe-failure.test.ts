import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/base/failure.ts'
import { describeFailure } from '../../src/cli/describe-failure.ts'
import { languages } from '../../src/messages/messages.ts'
import { assertProperty } from '../support/property.ts'
import { anyText } from '../support/wire-arbitraries.ts'

const { en, pt } = languages

test('a failure is its sentence, in the language that is asked for', () => {
  const failure = new Failure('serverRefused', { server: '1.2.3.4:13377', reason: 'TOO_MANY_IMAGES' })
  for (const messages of [en, pt]) {
    assert.equal(describeFailure(failure, messages), messages.failures.serverRefused(failure.details))
  }
  assert.notEqual(describeFailure(failure, en), describeFailure(failure, pt))
})

test('a long sentence is told whole', () => {
  const digests = Array.from({ length: 50 }, (_, index) => String(index).padStart(32, '0'))
  const text = describeFailure(new Failure('imageAmbiguous', { wanted: 'a.png', digests }), en)
  assert.ok(digests.every(digest => text.includes(digest)))
})

test('whatever strangers put into the facts, the sentence is one line that a terminal can show', () => {
  assertProperty(
    fc.property(anyText, anyText, (name, detail) => {
      const attempts = [{ owner: '1.2.3.4:5001', reason: 'errorText', detail }] as const
      for (const failure of [
        new Failure('allOwnersFailed', { name, attempts }),
        new Failure('serverRefused', { server: name, reason: detail }),
        new Failure('unknownCommand', { command: name }),
      ]) {
        assert.doesNotMatch(describeFailure(failure, en), /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u)
      }
    }),
  )
})

test('anything else that is thrown is told as unexpected, with its reason', () => {
  assert.equal(
    describeFailure(new TypeError('x is not a function'), en),
    en.unexpected('x is not a function'),
  )
  assert.equal(describeFailure(Object.assign(new Error('no'), { code: 'EIO' }), en), en.unexpected('EIO'))
  assert.equal(describeFailure('text\u001b[2J', en), en.unexpected('text\\u{1b}[2J'))
  assert.equal(describeFailure(undefined, en), en.unexpected('undefined'))
})
