import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EventDecoder } from '../../src/transport/event-decoder.ts'
import { assertProperty } from '../support/property.ts'

const STREAM =
  'retry:1500\n\n:\n\nid:7\nevent:image\ndata:{"a":1}\n\ndata: two\r\ndata\r\n\r\nevent:gone\n\nid:8\ndata:x\n\n'

test('events are the same however their bytes are cut', () => {
  assertProperty(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), cuts => {
      const decoder = new EventDecoder(100)
      const places = [0, ...cuts.sort((one, other) => one - other), STREAM.length]
      const events = places.flatMap(
        (place, index) => decoder.push(STREAM.slice(place, places[index + 1] ?? place)) ?? [],
      )
      assert.deepEqual(events, [
        { id: '7', event: 'image', data: '{"a":1}' },
        { id: '7', event: 'message', data: 'two\n' },
        { id: '8', event: 'message', data: 'x' },
      ])
    }),
  )
})

test('an event that is too long ends it, whether its lines end or not', () => {
  assert.equal(new EventDecoder(10).push(`data:${'x'.repeat(20)}`), undefined)
  const decoder = new EventDecoder(10)
  assert.deepEqual(decoder.push('data:x\n'), [])
  assert.equal(decoder.push('data:y\n'), undefined)
})
