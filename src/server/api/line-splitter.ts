const LINE_FEED = 0x0a

/** What is given instead of a line that is longer than it may be; nothing that follows it can be told apart. */
export const TOO_LONG = Symbol('a line that is too long')

/**
 * Cuts the bytes of a list into lines, however they arrive:
 *
 *     list = *(line LF) [line]
 *
 * A line is given as it stands, a CR before the LF with it (JSON takes it for white space). Of an unfinished line at most
 * `maxLineBytes` are kept.
 */
export class LineSplitter {
  readonly #unfinished: Buffer
  #length = 0

  constructor(maxLineBytes: number) {
    this.#unfinished = Buffer.allocUnsafe(maxLineBytes)
  }

  /** The lines that end in `chunk`. Each is good until the next one is taken, and all must be. */
  *split(chunk: Buffer): Generator<Buffer | typeof TOO_LONG, void> {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = chunk.subarray(start, end)
      start = end + 1
      if (this.#length + line.length > this.#unfinished.length) {
        yield TOO_LONG
        return
      }
      yield this.#length === 0 ? line : this.#finish(line)
    }
    const rest = chunk.subarray(start)
    if (this.#length + rest.length > this.#unfinished.length) {
      yield TOO_LONG
      return
    }
    this.#keep(rest)
  }

  /** What follows the last LF, once the list is over; empty where nothing does. */
  end(): Buffer {
    return this.#finish(Buffer.alloc(0))
  }

  #finish(rest: Buffer): Buffer {
    this.#keep(rest)
    const line = this.#unfinished.subarray(0, this.#length)
    this.#length = 0
    return line
  }

  #keep(bytes: Buffer): void {
    bytes.copy(this.#unfinished, this.#length)
    this.#length += bytes.length
  }
}
