import type { Added } from '../../sharing-shapes.ts'

/** Why a file was not added. */
export type Refusal = 'notPicture' | 'nameRefused' | 'diskFull' | 'unreadable' | 'failed'

/** Thrown by whatever sends a file, to say why it was not added. */
export class RefusedFile extends Error {
  readonly reason: Refusal | 'busy' | 'stopped'

  constructor(reason: Refusal | 'busy' | 'stopped') {
    super(reason)
    this.name = 'RefusedFile'
    this.reason = reason
  }
}

/** Sends one file, telling how many of its bytes are gone; rejects with {@link RefusedFile}. */
export type SendFile = (file: File, onSent: (bytes: number) => void, signal: AbortSignal) => Promise<Added>

/** How the adding of files stands. */
export interface AddingState {
  /** Files in all, those that are done included. */
  readonly total: number
  readonly added: number
  /** Pictures that the folder held already. */
  readonly present: number
  readonly refusedCount: number
  /** The last of them, at most {@link MAX_REFUSED_TOLD}. */
  readonly refused: readonly { readonly name: string; readonly reason: Refusal }[]
  /** From 0 to 1, by bytes. */
  readonly progress: number
  readonly isOver: boolean
}

/** Files sent at once: a disk is not faster with more, and a browser has six connections for everything. */
const AT_ONCE = 2

/** Files that wait, at most: what a person drops at once; whole disks are put into the folder by other means. */
const MAX_FILES = 20_000

/** Refused files that are told by name. */
const MAX_REFUSED_TOLD = 50

/** Milliseconds until a file is sent again where too many arrive. */
const BUSY_MS = 500

/** Sends files that a person gives, some at once, and counts what becomes of them. */
export class FileQueue {
  readonly #send: SendFile
  readonly #onChange: (state: AddingState) => void
  #waiting: File[] = []
  #stopping = new AbortController()
  #running = 0
  #total = 0
  #added = 0
  #present = 0
  #refusedCount = 0
  #refused: { name: string; reason: Refusal }[] = []
  #bytes = 0
  #sentBytes = 0

  constructor(send: SendFile, onChange: (state: AddingState) => void) {
    this.#send = send
    this.#onChange = onChange
  }

  get state(): AddingState {
    return {
      total: this.#total,
      added: this.#added,
      present: this.#present,
      refusedCount: this.#refusedCount,
      refused: [...this.#refused],
      progress: this.#bytes === 0 ? 1 : Math.min(1, this.#sentBytes / this.#bytes),
      isOver: this.#running === 0 && this.#waiting.length === 0,
    }
  }

  /** Adds files; when all before are done, it is counted anew. */
  add(files: readonly File[]): void {
    if (this.state.isOver) this.#beginAnew()
    const taken = files.slice(0, MAX_FILES - this.#waiting.length)
    this.#waiting.push(...taken)
    this.#total += taken.length
    for (const { size } of taken) this.#bytes += size
    this.#pump()
    this.#onChange(this.state)
  }

  /** Gives up what waits and what is under way. */
  stop(): void {
    this.#total -= this.#waiting.length
    this.#waiting = []
    this.#stopping.abort()
    this.#stopping = new AbortController()
    this.#onChange(this.state)
  }

  #beginAnew(): void {
    this.#total = this.#added = this.#present = this.#refusedCount = this.#bytes = this.#sentBytes = 0
    this.#refused = []
  }

  #pump(): void {
    while (this.#running < AT_ONCE) {
      const file = this.#waiting.shift()
      if (file === undefined) return
      this.#running += 1
      void this.#one(file, this.#stopping.signal).finally(() => {
        this.#running -= 1
        this.#pump()
        this.#onChange(this.state)
      })
    }
  }

  async #one(file: File, signal: AbortSignal): Promise<void> {
    let told = 0
    const onSent = (bytes: number): void => {
      this.#sentBytes += bytes - told
      told = bytes
      this.#onChange(this.state)
    }
    for (;;) {
      try {
        const { isNew } = await this.#send(file, onSent, signal)
        if (isNew) this.#added += 1
        else this.#present += 1
      } catch (error) {
        const reason = error instanceof RefusedFile ? error.reason : 'failed'
        if (reason === 'busy' && !signal.aborted) {
          await new Promise(resolve => setTimeout(resolve, BUSY_MS))
          continue
        }
        if (reason === 'stopped' || reason === 'busy') this.#total -= 1
        else this.#refuse(file.name, reason)
      }
      onSent(file.size)
      return
    }
  }

  #refuse(name: string, reason: Refusal): void {
    this.#refusedCount += 1
    this.#refused = [...this.#refused, { name, reason }].slice(-MAX_REFUSED_TOLD)
  }
}
