/** A stretch of a file that others see changed. It is as long as what it replaces, so nothing behind it moves. */
export interface Edit {
  /** Where in the file, in bytes. */
  readonly at: number
  /** How many bytes. */
  readonly length: number
  /** What stands there instead, `length` bytes; absent where it is one byte again and again, of which there may be many. */
  readonly bytes?: Uint8Array
  /** That byte; absent for zero. */
  readonly fill?: number
}

/**
 * Changes `chunk`, which was read from the file at `chunkAt`, into what others see. Chunks may be of any size and come
 * in any order: a range of the file needs only itself.
 */
export function applyEdits(chunk: Uint8Array, chunkAt: number, edits: readonly Edit[]): void {
  for (const { at, length, bytes, fill = 0 } of edits) {
    const start = Math.max(at, chunkAt)
    const end = Math.min(at + length, chunkAt + chunk.length)
    if (start >= end) continue
    if (bytes === undefined) chunk.fill(fill, start - chunkAt, end - chunkAt)
    else chunk.set(bytes.subarray(start - at, end - at), start - chunkAt)
  }
}

/** The edits of `edits`, by place, without overlaps: where two meet the later one stands. */
export function inOrder(edits: readonly Edit[]): Edit[] {
  const sorted = edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.at - b.edit.at)
  const separate: Edit[] = []
  let group: { edit: Edit; index: number }[] = []
  let groupEnd = -1
  const closeGroup = (): void => {
    const [first] = group
    if (first === undefined) return
    if (group.length === 1) separate.push(first.edit)
    else {
      const at = first.edit.at
      const bytes = new Uint8Array(groupEnd - at)
      applyEdits(
        bytes,
        at,
        group.sort((a, b) => a.index - b.index).map(({ edit }) => edit),
      )
      separate.push({ at, length: bytes.length, bytes })
    }
    group = []
  }
  for (const item of sorted) {
    if (item.edit.at >= groupEnd) closeGroup()
    group.push(item)
    groupEnd = Math.max(groupEnd, item.edit.at + item.edit.length)
  }
  closeGroup()
  return separate
}
