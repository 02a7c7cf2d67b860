import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MAX_LINE_BYTES } from '../../../src/protocol/catalog-api.ts'
import { DEFAULT_API_LIMITS } from '../../../src/server/api/api-limits.ts'
import { readReferenceLine } from '../../../src/server/api/list-lines.ts'
import { ProblemError } from '../../../src/server/api/problems.ts'
import { type ListReading, readList, SLICE_ENTRIES } from '../../../src/server/api/read-list.ts'

type Limits = ListReading<string>['limits']

/** The MD5 that stands for a number. */
function digestOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

function lineOf(number: number): string {
  return `{"md5":"${digestOf(number)}"}\n`
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

interface Reading {
  /** The numbers that were taken, slice by slice. */
  readonly slices: number[][]
  readonly error: unknown
}

async function read(body: Readable, changes: Partial<Limits> = {}): Promise<Reading> {
  const slices: number[][] = []
  const error = await readList({
    body,
    readLine: readReferenceLine,
    take: digests => slices.push(digests.map(digest => Number.parseInt(digest, 16))),
    limits: { ...DEFAULT_API_LIMITS, ...changes },
  }).catch((thrown: unknown) => thrown)
  return { slices, error }
}

function assertRefused({ error }: Reading, code: string, line?: number): void {
  assert.ok(error instanceof ProblemError, String(error))
  assert.deepEqual([error.code, error.facts.line], [code, line])
}

const wholes: Record<string, readonly [text: string, numbers: readonly number[]]> = {
  'nothing at all': ['', []],
  'lines that end': [lineOf(1) + lineOf(2), [1, 2]],
  'a last line that does not end': [lineOf(1) + lineOf(2).trim(), [1, 2]],
  'lines that end with CR and LF': [(lineOf(1) + lineOf(2)).replaceAll('\n', '\r\n'), [1, 2]],
  'empty lines': [`\n\r\n${lineOf(1)}\n \n${lineOf(2)}\n\n`, [1, 2]],
}
for (const [what, [text, numbers]] of Object.entries(wholes)) {
  test(`a list is read, in one piece and a byte at a time: ${what}`, async () => {
    for (const chunks of [[Buffer.from(text)], [...Buffer.from(text)].map(byte => Buffer.of(byte))]) {
      const { slices, error } = await read(Readable.from(chunks))
      assert.deepEqual([slices.flat(), error], [numbers, undefined])
    }
  })
}

test('a list is taken in slices, none larger than may be handed over, none empty, in order', async () => {
  const numbers = numbersTo(SLICE_ENTRIES * 2 + 1)
  const { slices } = await read(Readable.from([Buffer.from(numbers.map(lineOf).join(''))]))
  assert.deepEqual(slices.flat(), numbers)
  assert.deepEqual(
    slices.map(slice => slice.length),
    [SLICE_ENTRIES, SLICE_ENTRIES, 1],
  )
})

test('between two slices the event loop has a turn', async () => {
  let turns = 0
  let isOver = false
  const turning = (async () => {
    for (; !isOver; turns += 1) await turn()
  })()
  const turnsAtSlice: number[] = []
  await readList({
    body: Readable.from([
      Buffer.from(
        numbersTo(SLICE_ENTRIES * 3)
          .map(lineOf)
          .join(''),
      ),
    ]),
    readLine: readReferenceLine,
    take: () => turnsAtSlice.push(turns),
    limits: DEFAULT_API_LIMITS,
  })
  isOver = true
  await turning
  assert.equal(turnsAtSlice.length, 3)
  assert.equal(new Set(turnsAtSlice).size, 3)
})

test('200,000 lines are read no further ahead than a few chunks, however fast they come', async () => {
  const count = 200_000
  let sent = 0
  let taken = 0
  let mostAhead = 0
  const linesAChunk = 1000
  function* chunks(): Generator<Buffer> {
    for (let from = 0; from < count; from += linesAChunk) {
      sent += linesAChunk
      yield Buffer.from(
        numbersTo(linesAChunk)
          .map(number => lineOf(from + number))
          .join(''),
      )
    }
  }
  await readList({
    body: Readable.from(chunks(), { objectMode: true, highWaterMark: 2 }),
    readLine: readReferenceLine,
    take: digests => {
      assert.equal(Number.parseInt(digests[0] ?? '', 16), taken)
      taken += digests.length
      mostAhead = Math.max(mostAhead, sent - taken)
    },
    limits: DEFAULT_API_LIMITS,
  })
  assert.equal(taken, count)
  assert.ok(mostAhead <= 5 * linesAChunk, `${mostAhead} lines ahead`)
})

const long = 'x'.repeat(MAX_LINE_BYTES + 1)
const faulty: Record<string, readonly [bytes: Buffer, line: number]> = {
  'no JSON': [Buffer.from(`${lineOf(0)}${lineOf(1)}nonsense\n${lineOf(3)}`), 3],
  'no JSON at the end, without LF': [Buffer.from(`${lineOf(0)}${lineOf(1)}{"md5":`), 3],
  'no UTF-8': [
    Buffer.concat([Buffer.from(`${lineOf(0)}${lineOf(1)}`), Buffer.of(0xff), Buffer.from('\n')]),
    3,
  ],
  'a line that is too long': [Buffer.from(`${lineOf(0)}${lineOf(1)}${long}\n${lineOf(3)}`), 3],
  'a line that is too long and does not end': [Buffer.from(`${lineOf(0)}${lineOf(1)}${long}`), 3],
  'no JSON behind empty lines': [Buffer.from(`${lineOf(0)}\n\n${lineOf(1)}nonsense\n`), 5],
}
for (const [what, [bytes, line]] of Object.entries(faulty)) {
  test(`the line that is wrong is named, and what came before it is taken: ${what}`, async () => {
    for (const chunks of [[bytes], [...bytes].map(byte => Buffer.of(byte))]) {
      const reading = await read(Readable.from(chunks))
      assertRefused(reading, 'badLine', line)
      assert.deepEqual(reading.slices.flat(), [0, 1])
    }
  })
}

test('a list may have as many entries as it may have, and what is over is refused with its line', async () => {
  const most = await read(Readable.from([Buffer.from(`${lineOf(0)}\n${lineOf(1)}\n\n`)]), {
    entriesPerRequest: 2,
  })
  assert.deepEqual([most.slices.flat(), most.error], [[0, 1], undefined])
  const more = await read(Readable.from([Buffer.from(`${lineOf(0)}\n${lineOf(1)}${lineOf(2)}`)]), {
    entriesPerRequest: 2,
  })
  assertRefused(more, 'tooManyEntries', 4)
  assert.deepEqual(more.slices.flat(), [0, 1])
})

test('a list of empty lines without end ends', async () => {
  function* emptyLines(): Generator<Buffer> {
    for (;;) yield Buffer.from('\n'.repeat(100))
  }
  const reading = await read(Readable.from(emptyLines()), { linesPerRequest: 5000 })
  assertRefused(reading, 'tooManyLines', 5001)
})

test('what the taking throws ends the reading, and nothing more is taken', async () => {
  let slices = 0
  const refusal = new ProblemError('tooManyImages')
  await assert.rejects(
    readList({
      body: Readable.from([
        Buffer.from(
          numbersTo(SLICE_ENTRIES * 3)
            .map(lineOf)
            .join(''),
        ),
      ]),
      readLine: readReferenceLine,
      take: () => {
        slices += 1
        throw refusal
      },
      limits: DEFAULT_API_LIMITS,
    }),
    refusal,
  )
  assert.equal(slices, 1)
})

test('a sender that falls silent is given up, and what it sends later does no harm', async () => {
  const body = new PassThrough()
  body.write(lineOf(0))
  const reading = await read(body, { idleMs: 30 })
  assertRefused(reading, 'tooSlow')
  assert.equal(body.destroyed, false)
  body.end(lineOf(1))
  await turn()
  assert.equal(body.errored, null)
})

test('a trickle does not extend what a sender may let wait', async () => {
  const body = new PassThrough()
  let isOver = false
  const trickling = (async () => {
    for (; !isOver; await new Promise(resolve => setTimeout(resolve, 1))) body.write('\n')
  })()
  const reading = await read(body, {
    idleMs: 50,
    bodyBytesPerSecond: 1_000_000,
    linesPerRequest: Number.POSITIVE_INFINITY,
  })
  isOver = true
  await trickling
  assertRefused(reading, 'tooSlow')
})

test('a sender that is gone in the middle is told by its stream’s error', async () => {
  const body = new PassThrough()
  body.write(lineOf(0))
  const reading = read(body)
  await turn()
  const gone = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  body.destroy(gone)
  assert.equal((await reading).error, gone)
})
