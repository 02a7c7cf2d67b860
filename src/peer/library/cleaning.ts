import type { ImageBytes } from '../image-header/image-bytes.ts'
import { encodeEdits } from '../private-metadata/edit-codec.ts'
import type { Edit } from '../private-metadata/edits.ts'
import { withoutPrivateMetadata } from '../private-metadata/find-private-metadata.ts'
import type { PrivateMetadata } from '../private-metadata/private-metadata.ts'
import type { WithholdReason } from './image-file.ts'

/** How a file becomes what is shared of it. */
export interface Cleaning {
  readonly edits: readonly Edit[]
  /** The same, to be kept (edit-codec.ts); empty where there are none. */
  readonly encoded: Uint8Array
  /** What the edits take out. */
  readonly found: readonly PrivateMetadata[]
  /** Why it is not shared at all, where it is not. */
  readonly withheld?: WithholdReason
}

/** What is shared as it is. */
export const UNCHANGED: Cleaning = { edits: [], encoded: new Uint8Array(0), found: [] }

/** What has to be done to an image. Throws only what `image` throws when it cannot read. */
export function cleaningOf(image: ImageBytes): Cleaning {
  const cleaned = withoutPrivateMetadata(image)
  if (cleaned.outcome === 'refused') return { ...UNCHANGED, withheld: cleaned.reason }
  const { edits, found } = cleaned
  const encoded = encodeEdits(edits)
  return encoded === undefined ? { ...UNCHANGED, found, withheld: 'tooMuch' } : { edits, encoded, found }
}
