import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDecodeReply } from '../../../src/peer/previews/decoder-messages.ts'
import { MAX_PLACEHOLDER_BYTES } from '../../../src/protocol/image-details.ts'

const bytes = Buffer.from('a thumbhash')
const likeness = 'c0ffee0123456789'

test('an appearance is a placeholder within its bounds, with a likeness or without', () => {
  for (const reply of [{ kind: 'made', bytes, likeness } as const, { kind: 'made', bytes } as const])
    assert.deepEqual(parseDecodeReply({ ...reply, more: 1 }, 'appearance'), reply)
  for (const wrong of [
    { bytes: Buffer.alloc(0) },
    { bytes: Buffer.alloc(MAX_PLACEHOLDER_BYTES + 1) },
    { bytes: 'text' },
    { likeness: likeness.toUpperCase() },
    { likeness: '0'.repeat(16) },
    { likeness: `${likeness}\n` },
    { likeness: undefined },
    { likeness: 5 },
  ]) {
    assert.equal(parseDecodeReply({ kind: 'made', bytes, likeness, ...wrong }, 'appearance'), undefined)
  }
})

test('what was asked for decides what a reply may hold', () => {
  assert.equal(parseDecodeReply({ kind: 'made', bytes, likeness }, 320), undefined)
  const webp = Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1')
  assert.deepEqual(parseDecodeReply({ kind: 'made', bytes: webp, likeness }, 320), {
    kind: 'made',
    bytes: webp,
  })
})
