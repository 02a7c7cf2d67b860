import { PassThrough } from 'node:stream'
import { Terminal } from '../../src/cli/terminal.ts'

/** A terminal on streams in memory, and what came out of it so far. */
export interface TestTerminal {
  readonly terminal: Terminal
  readonly input: PassThrough
  readonly output: PassThrough
  /** What was written to standard output since the last call. */
  printed(): string
  /** What was written to standard error since the last call. */
  printedErrors(): string
}

/** Opens one: a pipe on both sides unless said otherwise. */
export function openTestTerminal(
  more: { keyboard?: boolean; screen?: boolean; columns?: number } = {},
): TestTerminal {
  const { keyboard = false, screen = false, columns } = more
  const input = Object.assign(new PassThrough(), { isTTY: keyboard })
  const size = columns === undefined ? {} : { columns }
  const output = Object.assign(new PassThrough({ highWaterMark: 1 << 24 }), { isTTY: screen, ...size })
  const errors = new PassThrough()
  return {
    terminal: new Terminal({ input, output, errors }),
    input,
    output,
    printed: () => textIn(output),
    printedErrors: () => textIn(errors),
  }
}

function textIn(stream: PassThrough): string {
  const bytes: unknown = stream.read()
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : ''
}
