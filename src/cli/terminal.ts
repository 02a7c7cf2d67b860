import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { displayWidth } from './display-width.ts'

/** The streams a command talks through: the process's own, or a test's. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly output: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number }
  readonly errors: NodeJS.WritableStream
}

/** The one place that writes to the terminal: lines, progress below them, and a prompt. */
export class Terminal {
  readonly #streams: TerminalStreams
  #reader: Interface | undefined
  #progress: readonly string[] = []
  /** The lines that stand in the terminal now, with the cursor behind the last of them. */
  #drawn: readonly string[] = []
  /** Whether the cursor stands behind a prompt, waiting for a line. */
  #isPrompting = false

  constructor(streams: TerminalStreams) {
    this.#streams = streams
  }

  /** Whether a person reads along: only then is anything drawn over. */
  get isInteractive(): boolean {
    return this.#streams.output.isTTY === true
  }

  /** Whether a person types. */
  get hasKeyboard(): boolean {
    return this.#streams.input.isTTY === true
  }

  /** Writes whole lines to standard output, above the prompt or progress line where there is one. */
  print(text: string): void {
    this.#clearLine()
    this.#streams.output.write(`${text}\n`)
    if (this.#progress.length > 0) this.#drawProgress()
    else if (this.#isPrompting) this.#reader?.prompt(true)
  }

  /** Resolves once whoever reads standard output took so much that more may be written. */
  async drained(signal: AbortSignal): Promise<void> {
    const { output } = this.#streams
    if ('writableNeedDrain' in output && output.writableNeedDrain === true)
      await once(output, 'drain', { signal })
  }

  /** Writes a sentence to standard error. */
  printError(text: string): void {
    this.#clearLine()
    this.#streams.errors.write(`${text}\n`)
  }

  /** Shows what is under way, in place of what was shown before; without a terminal it shows nothing. */
  showProgress(text: string): void {
    this.showProgressLines([text])
  }

  /** The same in several lines, which should be fewer than the terminal has. */
  showProgressLines(lines: readonly string[]): void {
    if (!this.isInteractive) return
    this.#progress = lines
    this.#drawProgress()
  }

  /** Cells of a line and lines of the terminal at this moment. */
  get size(): { readonly columns: number; readonly rows: number } {
    const { columns = 80, rows = 24 } = this.#streams.output
    return { columns, rows }
  }

  /** Takes the progress line away. */
  endProgress(): void {
    if (this.#progress.length === 0) return
    this.#progress = []
    this.#clearLine()
  }

  /** The lines of standard input until its end or `signal`; nothing read is lost while one is being worked on. */
  async *lines(signal: AbortSignal): AsyncGenerator<string> {
    const { input, output } = this.#streams
    const interactive = this.hasKeyboard && this.isInteractive
    const reader = createInterface({ input, terminal: interactive, ...(interactive ? { output } : {}) })
    this.#reader = reader
    // In raw mode the terminal sends no signal by itself.
    reader.on('SIGINT', () => process.emit('SIGINT'))
    const close = () => reader.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      if (signal.aborted) return
      for await (const line of reader) {
        // Lines that came before the signal still stand in the reader's queue.
        if (signal.aborted) return
        this.#isPrompting = false
        yield line
      }
    } finally {
      signal.removeEventListener('abort', close)
      this.#reader = undefined
      this.#isPrompting = false
      reader.close()
    }
  }

  /** Asks for the next line. */
  prompt(text: string): void {
    if (this.#reader !== undefined && this.hasKeyboard && this.isInteractive) {
      this.#isPrompting = true
      this.#reader.setPrompt(text)
      this.#reader.prompt()
    } else {
      this.#streams.output.write(text)
    }
  }

  #drawProgress(): void {
    const width = this.size.columns - 1
    this.#clearLine()
    this.#drawn = this.#progress.map(line => stripVTControlCharacters(line).slice(0, width))
    this.#streams.output.write(this.#drawn.join('\n'))
  }

  #clearLine(): void {
    if (!this.isInteractive) return
    // A terminal that became narrower has broken the lines anew.
    const { columns } = this.size
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)),
      0,
    )
    this.#drawn = []
    this.#streams.output.write(`\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(Math.max(0, rows - 1))}`)
  }
}
