import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Places } from '../../../src/server/api/places.ts'

test('places are bounded for each address and in all, and free again once they are left', () => {
  const places = new Places(3, 2)
  assert.equal(places.take('a'), 'taken')
  assert.equal(places.take('a'), 'taken')
  assert.equal(places.take('a'), 'fullForAddress')
  assert.equal(places.take('b'), 'taken')
  assert.equal(places.take('c'), 'full')
  assert.equal(places.count, 3)
  places.leave('a')
  assert.equal(places.take('c'), 'taken')
  assert.equal(places.take('a'), 'full')
  places.leave('b')
  assert.equal(places.take('a'), 'taken')
  assert.equal(places.count, 3)
})

test('a place that nobody holds cannot be left', () => {
  const places = new Places(1, 1)
  assert.throws(() => places.leave('a'), RangeError)
  places.take('a')
  assert.throws(() => places.leave('b'), RangeError)
  assert.equal(places.count, 1)
})
