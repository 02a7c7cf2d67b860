import type { Edit } from './edits.ts'

/**
 * Bytes that the edits of one file take as they are kept, at most: fields are short, and long stretches are zeros or
 * spaces, kept as their length. What goes beyond is a picture whose compressed text had to be written anew.
 */
export const MAX_KEPT_EDIT_BYTES = 65_536

/** Before each edit: where (six bytes), how long (six bytes), and of what (one byte); little-endian. */
const HEAD_BYTES = 13
const AT_BYTES = 6

/** One byte follows, which is repeated; or all bytes follow. */
const REPEATED = 0
const WRITTEN_OUT = 1

/** Edits as bytes, to be kept; `undefined` where they take more than {@link MAX_KEPT_EDIT_BYTES}. */
export function encodeEdits(edits: readonly Edit[]): Uint8Array | undefined {
  const parts: Buffer[] = []
  let total = 0
  for (const { at, length, bytes, fill = 0 } of edits) {
    const [first = fill] = bytes ?? []
    const isRepeated = bytes?.every(byte => byte === first) ?? true
    const content = isRepeated ? Uint8Array.of(first) : (bytes ?? new Uint8Array(0))
    total += HEAD_BYTES + content.length
    if (total > MAX_KEPT_EDIT_BYTES) return undefined
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUIntLE(at, 0, AT_BYTES)
    head.writeUIntLE(length, AT_BYTES, AT_BYTES)
    head[HEAD_BYTES - 1] = isRepeated ? REPEATED : WRITTEN_OUT
    parts.push(head, Buffer.from(content))
  }
  // In memory of its own, which is all that goes along to another thread.
  return Uint8Array.from(Buffer.concat(parts))
}

/** The edits of a file of `size` bytes that were encoded; `undefined` where the bytes are none of {@link encodeEdits}. */
export function decodeEdits(encoded: Uint8Array, size: number): Edit[] | undefined {
  const buffer = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)
  const edits: Edit[] = []
  let place = 0
  for (let next = 0; next < buffer.length; ) {
    if (next + HEAD_BYTES >= buffer.length) return undefined
    const at = buffer.readUIntLE(next, AT_BYTES)
    const length = buffer.readUIntLE(next + AT_BYTES, AT_BYTES)
    const kind = buffer[next + HEAD_BYTES - 1]
    const contentAt = next + HEAD_BYTES
    if (at < place || length === 0 || at + length > size) return undefined
    if (kind !== REPEATED && kind !== WRITTEN_OUT) return undefined
    next = contentAt + (kind === REPEATED ? 1 : length)
    if (next > buffer.length) return undefined
    if (kind === WRITTEN_OUT) edits.push({ at, length, bytes: buffer.subarray(contentAt, next) })
    else edits.push({ at, length, fill: buffer[contentAt] ?? 0 })
    place = at + length
  }
  return edits
}
