import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineSplitter, TOO_LONG } from '../../../src/server/api/line-splitter.ts'
import { assertProperty } from '../../support/property.ts'

const TOO_LONG_MARK = '(too long)'

/** The lines in `chunks`, as text; what stands behind the last LF is the last one. */
function linesOf(chunks: readonly Buffer[], maxLineBytes = 1000): string[] {
  const splitter = new LineSplitter(maxLineBytes)
  const lines: string[] = []
  for (const chunk of chunks) {
    for (const line of splitter.split(chunk)) {
      if (line === TOO_LONG) return [...lines, TOO_LONG_MARK]
      lines.push(line.toString('latin1'))
    }
  }
  return [...lines, splitter.end().toString('latin1')]
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...at.map(place => place % (bytes.length + 1)), bytes.length])]
  places.sort((one, other) => one - other)
  return places.map((place, index) => bytes.subarray(place, places[index + 1] ?? bytes.length))
}

test('lines are the same however the bytes arrive', () => {
  const text = fc
    .array(fc.constantFrom('\n', '\r', '\n\n', 'a', 'bc', '\0', 'é'), { maxLength: 40 })
    .map(parts => Buffer.from(parts.join('')))
  assertProperty(
    fc.property(text, fc.array(fc.nat(), { maxLength: 10 }), (bytes, places) => {
      const expected = bytes.toString('latin1').split('\n')
      assert.deepEqual(linesOf([bytes]), expected)
      assert.deepEqual(linesOf(cut(bytes, places)), expected)
      assert.deepEqual(linesOf([...bytes].map(byte => Buffer.of(byte))), expected)
    }),
  )
})

test('a line may have as many bytes as it may have, and not one more, however they arrive', () => {
  const most = `${'x'.repeat(8)}\n`
  const more = `${'x'.repeat(9)}\n`
  for (const text of [most, more, more.trim(), `ok\n${more}ok\n`]) {
    const expected = text.includes('x'.repeat(9)) ? TOO_LONG_MARK : ''
    const bytes = Buffer.from(text)
    for (const chunks of [[bytes], [...bytes].map(byte => Buffer.of(byte)), cut(bytes, [3, 7])]) {
      assert.equal(linesOf(chunks, 8).at(-1), expected, JSON.stringify(text))
    }
  }
  assert.deepEqual(linesOf([Buffer.from(`ok\n${more}ok\n`)], 8), ['ok', TOO_LONG_MARK])
})

test('a line that was given is not part of the next one', () => {
  assert.deepEqual(linesOf([Buffer.from('a'), Buffer.from('b\nc'), Buffer.from('d\n')]), ['ab', 'cd', ''])
})
