/** A field of a TIFF directory: its tag, its type and its values (TIFF 6.0, 2), or directories that it points to. */
export type TiffField =
  | { readonly tag: number; readonly type: 'short' | 'long'; readonly values: readonly number[] }
  | { readonly tag: number; readonly text: string }
  | { readonly tag: number; readonly directories: readonly (readonly TiffField[])[] }

/** The bytes of a TIFF whose first directory has `fields`. */
export function tiff(fields: readonly TiffField[], byteOrder: 'II' | 'MM' = 'II', version = 42): Buffer {
  const file = new TiffWriter(byteOrder)
  const header = Buffer.from(byteOrder.padEnd(8, '\0'), 'latin1')
  file.number(header, 2, 2, version)
  file.append(header)
  const first = file.directory(fields)
  file.number(header, 4, 4, first)
  return Buffer.concat([header, file.bytes().subarray(8)])
}

class TiffWriter {
  readonly #isLittle: boolean
  readonly #parts: Buffer[] = []
  #length = 0

  constructor(byteOrder: 'II' | 'MM') {
    this.#isLittle = byteOrder === 'II'
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  append(part: Buffer): number {
    const at = this.#length
    this.#parts.push(part)
    this.#length += part.length
    return at
  }

  number(target: Buffer, at: number, bytes: number, value: number): void {
    if (this.#isLittle) target.writeUIntLE(value, at, bytes)
    else target.writeUIntBE(value, at, bytes)
  }

  /** Writes what the fields point to, then the directory itself, and tells where that begins. */
  directory(fields: readonly TiffField[]): number {
    const entries = fields.map(field => this.#entry(field))
    const count = Buffer.alloc(2)
    this.number(count, 0, 2, entries.length)
    return this.append(Buffer.concat([count, ...entries, Buffer.alloc(4)]))
  }

  #entry(field: TiffField): Buffer {
    const entry = Buffer.alloc(12)
    this.number(entry, 0, 2, field.tag)
    const { type, count, value } = this.#value(field)
    this.number(entry, 2, 2, type)
    this.number(entry, 4, 4, count)
    if (value.length <= 4) value.copy(entry, 8)
    else this.number(entry, 8, 4, this.append(value))
    return entry
  }

  #value(field: TiffField): { type: number; count: number; value: Buffer } {
    if ('text' in field) {
      const value = Buffer.from(`${field.text}\0`, 'latin1')
      return { type: 2, count: value.length, value }
    }
    const values =
      'values' in field ? field.values : field.directories.map(directory => this.directory(directory))
    const bytes = 'values' in field && field.type === 'short' ? 2 : 4
    const value = Buffer.alloc(values.length * bytes)
    for (const [index, number] of values.entries()) this.number(value, index * bytes, bytes, number)
    return { type: bytes === 2 ? 3 : 4, count: values.length, value }
  }
}
