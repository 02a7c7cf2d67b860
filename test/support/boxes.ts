/** A box of the ISO base media file format with what it holds. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const inside = Buffer.concat(content)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + inside.length, 0)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, inside])
}

/** Numbers of so many bytes each, the highest byte first. */
export function big(bytes: 1 | 2 | 4, ...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * bytes)
  for (const [index, number] of numbers.entries()) buffer.writeUIntBE(number, index * bytes, bytes)
  return buffer
}
