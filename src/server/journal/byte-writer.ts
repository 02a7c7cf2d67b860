/** Bytes there is room for from the start: a batch of short lists. */
const START_BYTES = 16_384

/**
 * Bytes that are written one field after another into one buffer, used again after each {@link clear}. The buffer grows by
 * doubling, to `maxBytes` at most; a field that goes beyond it throws a RangeError, so callers part what may be longer.
 */
export class ByteWriter {
  readonly #maxBytes: number
  #buffer = Buffer.allocUnsafe(START_BYTES)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get length(): number {
    return this.#length
  }

  /** What was written, in place: valid until the next call of anything else. */
  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  /** Takes back what was written from `length` on. */
  cutTo(length: number): void {
    this.#length = Math.min(length, this.#length)
  }

  byte(value: number): void {
    const at = this.#take(1)
    this.#buffer[at] = value
  }

  uint16(value: number): void {
    const at = this.#take(2)
    this.#buffer.writeUInt16BE(value, at)
  }

  uint32(value: number): void {
    const at = this.#take(4)
    this.#buffer.writeUInt32BE(value, at)
  }

  /** Puts a number of four bytes in the place of one written before, at `at`. */
  replaceUint32(at: number, value: number): void {
    this.#buffer.writeUInt32BE(value, at)
  }

  /** A whole number from 0 to 2^53 - 1: seven bits a byte, the lowest first, each byte but the last with its top bit set. */
  number(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** `[start, end)` of `bytes`. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const at = this.#take(end - start)
    this.#buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at)
  }

  /** Text in UTF-8 after the number of its bytes. */
  text(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.number(bytes)
    const at = this.#take(bytes)
    this.#buffer.write(text, at, 'utf8')
  }

  /** The `count` bytes that `text` writes in hexadecimal; zeros for those it lacks. */
  hexadecimal(text: string, count: number): void {
    const at = this.#take(count)
    const written = this.#buffer.write(text, at, count, 'hex')
    if (written < count) this.#buffer.fill(0, at + written, at + count)
  }

  /** Makes room for `count` bytes and says where. Called before the buffer is looked at: it may be another one afterwards. */
  #take(count: number): number {
    const at = this.#length
    const needed = at + count
    if (needed > this.#buffer.length) this.#grow(needed)
    this.#length = needed
    return at
  }

  #grow(needed: number): void {
    if (needed > this.#maxBytes) throw new RangeError(`${needed} bytes, where ${this.#maxBytes} are the most`)
    let size = this.#buffer.length
    while (size < needed) size *= 2
    const roomier = Buffer.allocUnsafe(Math.min(size, this.#maxBytes))
    roomier.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = roomier
  }
}
