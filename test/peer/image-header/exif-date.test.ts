import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseExifDate } from '../../../src/peer/image-header/exif-date.ts'
import { assertProperty } from '../../support/property.ts'

test('a date is taken as the camera’s clock showed it', () => {
  assert.equal(parseExifDate('1970:01:01 00:00:00'), 0)
  assert.equal(parseExifDate('2020:02:29 12:34:56\0'), 1_582_979_696)
  assert.equal(parseExifDate('2020:02:29 12:34:56\0\0  '), 1_582_979_696)
  assert.equal(parseExifDate('1826:07:01 00:00:00'), -4_528_569_600)
  assert.equal(parseExifDate('2099:12:31 23:59:59'), 4_102_444_799)
})

for (const [text, why] of [
  ['', 'nothing'],
  ['0000:00:00 00:00:00', 'zeros, for an unknown date'],
  ['    :  :     :  :  ', 'blanks, for an unknown date'],
  ['0001:01:01 00:00:00', 'the first year there is'],
  ['0099:01:01 00:00:00', 'a year that a calendar may take for 1999'],
  ['1799:12:31 23:59:59', 'before there were photographs'],
  ['2100:01:01 00:00:00', 'the far future'],
  ['9999:12:31 23:59:59', 'the end of time'],
  ['2021:02:29 00:00:00', 'a day that the year does not have'],
  ['2020:13:01 00:00:00', 'a thirteenth month'],
  ['2020:00:01 00:00:00', 'no month'],
  ['2020:01:00 00:00:00', 'no day'],
  ['2020:01:01 24:00:00', 'an hour too many'],
  ['2020:01:01 00:60:00', 'a minute too many'],
  ['2020:01:01 00:00:60', 'a second too many'],
  ['2020:01:01', 'no time'],
  ['2020:01:01 00:00:00Z', 'something after it'],
  [' 2020:01:01 00:00:00', 'something before it'],
  ['2020:01:01 00:00:0\u0661', 'a digit of another script'],
] as const) {
  test(`no date: ${why}`, () => {
    assert.equal(parseExifDate(text), undefined)
  })
}

test('every moment between the first and the last year comes back from its text', () => {
  const seconds = fc.integer({ min: Date.UTC(1800) / 1000, max: Date.UTC(2100) / 1000 - 1 })
  assertProperty(
    fc.property(seconds, taken => {
      const text = new Date(taken * 1000).toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ')
      assert.equal(parseExifDate(text), taken)
    }),
  )
})
