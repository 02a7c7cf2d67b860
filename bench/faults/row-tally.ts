import { checkFolder } from './check-folder.ts'
import type { FaultImage } from './fault-images.ts'

/** What came of a row. */
export interface RowFigures {
  /** Faults that were brought about. */
  readonly faults: number
  /** Folders that were read to their last byte, and the files under final names found in all of them. */
  readonly checks: number
  readonly names: number
  /** Wrong or partial files under final names: a sentence each. */
  readonly wrong: readonly string[]
  /** Downloads that had to finish in the end, and those that did with all images there. */
  readonly due: number
  readonly finished: number
  readonly unfinished: readonly string[]
  /** What else is worth telling. */
  readonly notes: readonly string[]
}

/** Counts what comes of a row. */
export class RowTally {
  faults = 0
  readonly notes: string[] = []
  readonly #wrong: string[] = []
  readonly #unfinished: string[] = []
  #checks = 0
  #names = 0
  #due = 0

  /** Whatever became of the download: nothing wrong may stand there. */
  async check(folder: string, images: readonly FaultImage[], when: string): Promise<void> {
    const { wrong, names } = await checkFolder(folder, images)
    this.#checks += 1
    this.#names += names
    for (const sentence of wrong) this.#wrong.push(`${when}: ${sentence}`)
  }

  /** The download had to finish, and `ended` says that it did: then all images have to be there, and nothing wrong. */
  async checkFinished(
    folder: string,
    images: readonly FaultImage[],
    ended: boolean,
    when: string,
  ): Promise<void> {
    const { missing } = await checkFolder(folder, images)
    await this.check(folder, images, when)
    this.#due += 1
    if (!ended) this.#unfinished.push(`${when}: it did not end as finished, ${missing.length} images missing`)
    else if (missing.length > 0)
      this.#unfinished.push(`${when}: it ended as finished without ${missing.join(', ')}`)
  }

  get figures(): RowFigures {
    return {
      ...{ faults: this.faults, checks: this.#checks, names: this.#names, wrong: this.#wrong },
      ...{ due: this.#due, finished: this.#due - this.#unfinished.length, unfinished: this.#unfinished },
      notes: this.notes,
    }
  }
}
