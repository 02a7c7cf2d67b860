import assert from 'node:assert/strict'
import {
  DIGEST_WORDS,
  ENTRY_NAME_END,
  ENTRY_NAME_START,
  ENTRY_WORDS,
  type EncodedList,
} from '../../src/protocol/encoded-list.ts'

/** The entries of a decoded list, as text: digest as written, name. The digests decoded are held against those written. */
export function entriesOf({ bytes, entryCount, entries }: EncodedList): [digest: string, name: string][] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: entryCount }, (_, entry) => {
    const row = entries.subarray(entry * ENTRY_WORDS, (entry + 1) * ENTRY_WORDS)
    const nameStart = row[ENTRY_NAME_START] ?? 0
    const written = text.toString('utf8', nameStart - 33, nameStart - 1)
    const words = Array.from(row.subarray(0, DIGEST_WORDS), word => word.toString(16).padStart(8, '0'))
    assert.equal(words.join(''), written.toLowerCase())
    return [written, text.toString('utf8', nameStart, row[ENTRY_NAME_END])]
  })
}
