/** The bytes of {@link ByteReader.number} at most: eight of seven bits hold 2^53 - 1. */
const MAX_NUMBER_BYTES = 8

/**
 * Reads what ByteWriter wrote. Bytes that are cut or wrong are never an exception: the reader notes a fault, gives zeros
 * and empty texts from then on, and whoever reads looks at {@link fault} before using what came.
 */
export class ByteReader {
  readonly #bytes: Buffer
  #at: number
  #end: number
  #fault: string | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#at = 0
    this.#end = bytes.length
  }

  /** What is wrong with the bytes, and where. */
  get fault(): string | undefined {
    return this.#fault
  }

  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  /** Ends the reading: from now on there is nothing left. The first reason stays. */
  fail(reason: string): void {
    this.#fault ??= `${reason} at byte ${this.#at}`
    this.#at = this.#end
  }

  byte(): number {
    const at = this.skip(1)
    return this.#fault === undefined ? (this.#bytes[at] ?? 0) : 0
  }

  uint32(): number {
    const at = this.skip(4)
    return this.#fault === undefined ? this.#bytes.readUInt32BE(at) : 0
  }

  number(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < MAX_NUMBER_BYTES; count += 1) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 0x80
    }
    this.fail('a number that is too large')
    return 0
  }

  text(): string {
    const length = this.number()
    const at = this.skip(length)
    return this.#fault === undefined ? this.#bytes.toString('utf8', at, at + length) : ''
  }

  hexadecimal(count: number): string {
    const at = this.skip(count)
    return this.#fault === undefined ? this.#bytes.toString('hex', at, at + count) : ''
  }

  /** The next `count` bytes in base64. */
  base64(count: number): string {
    const at = this.skip(count)
    return this.#fault === undefined ? this.#bytes.toString('base64', at, at + count) : ''
  }

  /** A copy of the next `count` bytes. */
  copy(count: number): Uint8Array {
    const at = this.skip(count)
    return this.#fault === undefined
      ? new Uint8Array(this.#bytes.subarray(at, at + count))
      : new Uint8Array(count)
  }

  /** Passes over `count` bytes, and says where they begin. */
  skip(count: number): number {
    const at = this.#at
    if (count > this.#end - at) this.fail('cut')
    else this.#at = at + count
    return at
  }

  /** Ends the reading at `count` bytes from here, until {@link widen}; says where it ended before. */
  narrow(count: number): number {
    const before = this.#end
    if (count > before - this.#at) this.fail('cut')
    else this.#end = this.#at + count
    return before
  }

  widen(end: number): void {
    if (this.#fault === undefined) this.#end = end
  }
}
