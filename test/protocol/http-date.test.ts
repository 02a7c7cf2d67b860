import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseHttpDate } from '../../src/protocol/http-date.ts'
import { assertProperty } from '../support/property.ts'

const NOW = Date.parse('2026-06-01')

test('every second that Date can write is read again', () => {
  const from = Date.parse('0001-01-01T00:00:00Z') / 1000
  const to = Date.parse('9999-12-31T23:59:59Z') / 1000
  assertProperty(
    fc.property(fc.integer({ min: from, max: to }), seconds => {
      assert.equal(parseHttpDate(new Date(seconds * 1000).toUTCString(), NOW), seconds * 1000)
    }),
  )
})

test('the three forms of RFC 9110 section 5.6.7', () => {
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ]) {
    assert.equal(parseHttpDate(text, NOW), 784_111_777_000, text)
  }
})

test('a year of two digits lies at most 50 years ahead', () => {
  const yearOf = (digits: string) => {
    const ms = parseHttpDate(`Sunday, 01-Jan-${digits} 00:00:00 GMT`, NOW)
    return ms === undefined ? undefined : new Date(ms).getUTCFullYear()
  }
  assert.deepEqual(['25', '76', '77', '99', '00'].map(yearOf), [2025, 2076, 1977, 1999, 2000])
})

test('a leap second is the one before it', () => {
  assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW), Date.parse('2016-12-31T23:59:59Z'))
})

test('what is no date', () => {
  for (const text of [
    '',
    '0',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ]) {
    assert.equal(parseHttpDate(text, NOW), undefined, text)
  }
})
