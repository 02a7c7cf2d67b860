import type { FileChanges } from '../../transport/file-sender.ts'
import { applyEdits, type Edit } from '../private-metadata/edits.ts'

/**
 * Bytes between two edits below which they are one stretch: going through this program costs less than the system calls
 * that would send so little from the file.
 */
const JOINED_BYTES = 16_384

interface Stretch {
  readonly start: number
  readonly end: number
  readonly edits: readonly Edit[]
}

/** What edits (by place, none overlapping another) make of a file on its way out. */
export class EditedFile implements FileChanges {
  /** By place; none touches another. */
  readonly #stretches: readonly Stretch[]

  constructor(edits: readonly Edit[]) {
    const stretches: { start: number; end: number; edits: Edit[] }[] = []
    for (const edit of edits) {
      const last = stretches.at(-1)
      const end = edit.at + edit.length
      if (last === undefined || edit.at - last.end >= JOINED_BYTES)
        stretches.push({ start: edit.at, end, edits: [edit] })
      else {
        last.end = end
        last.edits.push(edit)
      }
    }
    this.#stretches = stretches
  }

  next(at: number): Stretch | undefined {
    return this.#stretches.find(({ end }) => end > at)
  }

  apply(bytes: Uint8Array, at: number): void {
    for (const { start, end, edits } of this.#stretches) {
      if (start < at + bytes.length && end > at) applyEdits(bytes, at, edits)
    }
  }
}
