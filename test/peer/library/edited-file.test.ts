import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EditedFile } from '../../../src/peer/library/edited-file.ts'

test('edits near each other are one stretch, and others are not', () => {
  const changes = new EditedFile([
    { at: 100, length: 10 },
    { at: 200, length: 1, bytes: Uint8Array.of(7) },
    { at: 50_000, length: 5 },
  ])
  const places = (at: number) => {
    const { start, end } = changes.next(at) ?? { start: -1, end: -1 }
    return [start, end]
  }
  assert.deepEqual(places(0), [100, 201])
  assert.deepEqual(places(150), [100, 201])
  assert.deepEqual(places(200), [100, 201])
  assert.deepEqual(places(201), [50_000, 50_005])
  assert.equal(changes.next(50_005), undefined)
})

test('a piece at every place is that of the whole', () => {
  const edits = [
    { at: 3, length: 4 },
    { at: 7, length: 2, bytes: Uint8Array.of(1, 2) },
    { at: 20_000, length: 3, bytes: Uint8Array.of(3, 4, 5) },
  ]
  const changes = new EditedFile(edits)
  const whole = new Uint8Array(20_010).fill(9)
  changes.apply(whole, 0)
  assert.deepEqual([...whole.subarray(0, 12)], [9, 9, 9, 0, 0, 0, 0, 1, 2, 9, 9, 9])
  for (const length of [1, 2, 5]) {
    for (const base of [0, 19_990]) {
      for (let at = base; at < base + 15; at += 1) {
        const piece = new Uint8Array(length).fill(9)
        changes.apply(piece, at)
        assert.deepEqual(piece, whole.slice(at, at + length), `${length} bytes at ${at}`)
      }
    }
  }
})
