import type { Digest } from '../../protocol/digest.ts'
import type { SourceImage, WithholdReason } from './image-file.ts'
import { ImagesByDigest } from './images-by-digest.ts'

/** An image that is not shared. */
export interface WithheldImage {
  /** Below the folder. */
  readonly path: string
  readonly reason: WithholdReason
}

/** What files of the folder hold as they are, where that is not what is shared. One entry for each such file. */
export class SourceImages {
  readonly #byDigest = new ImagesByDigest()
  readonly #withheld = new Map<string, WithholdReason>()
  #size = 0

  /** How many files are shared without something. */
  get cleanedCount(): number {
    return this.#size - this.#withheld.size
  }

  /** In the order of their paths. */
  get withheld(): WithheldImage[] {
    return [...this.#withheld.keys()].sort().flatMap(path => {
      const reason = this.#withheld.get(path)
      return reason === undefined ? [] : [{ path, reason }]
    })
  }

  /** The files that hold it; `undefined` where none does. */
  get(digest: Digest): ReadonlySet<string> | undefined {
    return this.#byDigest.get(digest)
  }

  /** The file has none yet. */
  add(path: string, { digest, withheld }: SourceImage): void {
    this.#size += 1
    this.#byDigest.add(digest, path)
    if (withheld !== undefined) this.#withheld.set(path, withheld)
  }

  /** What was added. */
  remove(path: string, { digest }: SourceImage): void {
    this.#size -= 1
    this.#byDigest.remove(digest, path)
    this.#withheld.delete(path)
  }
}
