import { open } from 'node:fs/promises'

/** Files synced at once: the system then writes its journal once for several of them. */
const AT_ONCE = 16

/** Brings files to the disk, several at once, before they get their names. */
export class GroupCommit {
  #active = 0
  /** As many as downloads under way, which the caller bounds. */
  readonly #waiting: (() => void)[] = []

  /** Resolves when the content of `path` is on the disk; rejects with the file system's error. */
  async sync(path: string): Promise<void> {
    if (this.#active >= AT_ONCE) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#active += 1
    try {
      const file = await open(path, 'r+')
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
    } finally {
      this.#active -= 1
      this.#waiting.shift()?.()
    }
  }
}
