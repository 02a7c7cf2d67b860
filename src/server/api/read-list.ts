import type { Readable } from 'node:stream'
import { monotonicMs } from '../../base/clock.ts'
import { turns } from '../../base/turns.ts'
import { MAX_LINE_BYTES } from '../../protocol/catalog-api.ts'
import type { ApiLimits } from './api-limits.ts'
import { LineSplitter, TOO_LONG } from './line-splitter.ts'
import { isEmptyLine, type LineReader } from './list-lines.ts'
import { ProblemError } from './problems.ts'

/**
 * Entries of one slice, and bytes of their lines, at most: read, checked and taken they take about half a millisecond, which
 * is what a datagram waits for. No more than `MAX_ENTRIES_AT_ONCE`.
 */
export const SLICE_ENTRIES = 50
const SLICE_BYTES = 65_536

type ListLimits = Pick<ApiLimits, 'entriesPerRequest' | 'linesPerRequest' | 'idleMs' | 'bodyBytesPerSecond'>

/** How one list is read. */
export interface ListReading<Entry> {
  readonly body: Readable
  readonly readLine: LineReader<Entry>
  /** Takes what came, in order, {@link SLICE_ENTRIES} at most; what it throws ends the reading. */
  readonly take: (entries: readonly Entry[]) => void
  readonly limits: ListLimits
}

/**
 * Reads a list as it arrives, and no faster than it is taken: between two slices the event loop has a turn, and nothing is
 * read meanwhile. Throws a ProblemError for what is wrong with the list, once everything before it was taken; rejects with
 * the stream's error when the sender is gone.
 */
export async function readList<Entry>({ body, readLine, take, limits }: ListReading<Entry>): Promise<void> {
  const splitter = new LineSplitter(MAX_LINE_BYTES)
  let slice: Entry[] = []
  let sliceBytes = 0
  let line = 0
  let entries = 0

  const takeSlice = () => {
    const full = slice
    slice = []
    sliceBytes = 0
    if (full.length > 0) take(full)
  }
  const refuse = (error: ProblemError): never => {
    takeSlice()
    throw error
  }
  const takeLine = (bytes: Buffer | typeof TOO_LONG) => {
    line += 1
    if (line > limits.linesPerRequest) refuse(new ProblemError('tooManyLines', { line }))
    if (bytes === TOO_LONG) {
      const reason = `The line is longer than ${MAX_LINE_BYTES} bytes.`
      return refuse(new ProblemError('badLine', { line, reason }))
    }
    if (isEmptyLine(bytes)) return
    if (entries === limits.entriesPerRequest) refuse(new ProblemError('tooManyEntries', { line }))
    const read = readLine(bytes)
    if ('reason' in read) return refuse(new ProblemError('badLine', { line, reason: read.reason }))
    slice.push(read.entry)
    sliceBytes += bytes.length
    entries += 1
  }

  for await (const chunk of chunksInTime(body, limits)) {
    for (const bytes of splitter.split(chunk)) {
      takeLine(bytes)
      if (slice.length < SLICE_ENTRIES && sliceBytes < SLICE_BYTES) continue
      takeSlice()
      await turns.next()
    }
  }
  const last = splitter.end()
  if (last.length > 0) takeLine(last)
  takeSlice()
}

/** The chunks of a body, as long as its sender keeps up. What was waited is earned back by what came. */
async function* chunksInTime(body: Readable, limits: ListLimits): AsyncGenerator<Buffer, void> {
  // The rest of a body that was refused is still read and dropped, so the stream is not to be destroyed.
  const chunks: AsyncIterator<Buffer> = body.iterator({ destroyOnReturn: false })
  let allowedMs = limits.idleMs
  try {
    for (;;) {
      const waitsSince = monotonicMs()
      const next = await inTime(chunks.next(), allowedMs)
      const leftMs = allowedMs - (monotonicMs() - waitsSince)
      if (next === 'late' || leftMs < 0) throw new ProblemError('tooSlow')
      if (next.done === true) return
      const earnedMs = (next.value.length / limits.bodyBytesPerSecond) * 1000
      allowedMs = Math.min(limits.idleMs, leftMs + earnedMs)
      yield next.value
    }
  } finally {
    // Not awaited: it would wait for the chunk that is late.
    void chunks.return?.().catch(() => {})
  }
}

async function inTime<Value>(value: Promise<Value>, ms: number): Promise<Value | 'late'> {
  // Lost is what comes or fails after it was given up.
  value.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), Math.max(0, ms))
  })
  try {
    return await Promise.race([value, late])
  } finally {
    clearTimeout(timer)
  }
}
