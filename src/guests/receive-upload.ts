import { mkdir } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { isFailure } from '../base/failure.ts'
import { PictureAdder, type PictureAdderOptions } from '../peer/library/add-picture.ts'
import type { Digest } from '../protocol/digest.ts'
import type { UploadAllowance } from './guest-limits.ts'
import { GuestProblem, type GuestProblemCode } from './guest-problem.ts'
import { UploadTally } from './upload-tally.ts'

/** What became of a picture that a guest brought. */
export type UploadResult = { readonly kind: 'new'; readonly name: string } | { readonly kind: 'known' }

/** What {@link UploadReceiver} needs beside the folder; a test gives a disk that is full. */
export interface UploadSurroundings {
  /** Whether the person's folder holds the picture with that MD5 sum. */
  readonly has: (md5: Digest) => boolean
  readonly space?: NonNullable<PictureAdderOptions['space']>
}

/** Takes the pictures of guests into one folder. */
export class UploadReceiver {
  readonly #folder: string
  readonly #allowance: UploadAllowance
  readonly #adder: PictureAdder
  readonly #tally: UploadTally
  /** What was brought. As many as pictures may be brought. */
  readonly #brought = new Set<Digest>()
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(folder: string, allowance: UploadAllowance, { has, ...space }: UploadSurroundings) {
    this.#folder = folder
    this.#allowance = allowance
    this.#tally = new UploadTally(allowance)
    this.#adder = new PictureAdder({
      ...{ directory: folder, mark: 'guest', ...space },
      holds: md5 => has(md5) || this.#brought.has(md5),
      onPlaced: async (_name, md5) => void this.#brought.add(md5),
    })
  }

  /** Makes the folder, and removes what a kill left in it. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await this.#adder.clear()
  }

  /** Ends what is under way; afterwards no temporary file is left. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#running)
  }

  /**
   * Takes the body of `request` for a picture called `givenName`. Rejects with a {@link GuestProblem}, and then leaves
   * nothing behind. `guest` is by whom it is counted.
   */
  receive(request: IncomingMessage, givenName: string, guest: string): Promise<UploadResult> {
    const receiving = this.#receive(request, givenName, guest)
    this.#running.add(receiving)
    const done = () => this.#running.delete(receiving)
    receiving.then(done, done)
    return receiving
  }

  async #receive(request: IncomingMessage, name: string, guest: string): Promise<UploadResult> {
    const size = lengthOf(request)
    if (size > this.#allowance.fileBytes) throw new GuestProblem('tooLarge')
    const leave = this.#tally.enter(guest, size)
    let isKept = false
    try {
      // The connection stays: what is refused is told on it.
      const bytes = { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
      const added = await this.#adder.add({ name, size, bytes }, this.#stopping.signal)
      switch (added.kind) {
        case 'added':
          isKept = true
          return { kind: 'new', name: added.name }
        case 'present':
          return { kind: 'known' }
        case 'notPicture':
          throw new GuestProblem('noPicture')
        case 'incomplete':
          throw new GuestProblem('failed')
        default:
          return added satisfies never
      }
    } catch (error) {
      throw error instanceof GuestProblem ? error : new GuestProblem(codeOf(error), { cause: error })
    } finally {
      leave(isKept)
    }
  }
}

/** The length that the head tells: without it, room could not be taken beforehand. */
function lengthOf({ headers }: IncomingMessage): number {
  const text = headers['content-length'] ?? ''
  if (!/^[0-9]{1,15}$/.test(text)) throw new GuestProblem('lengthMissing')
  return Number(text)
}

function codeOf(error: unknown): GuestProblemCode {
  if (isFailure(error, 'nameRefused')) return 'badName'
  return isFailure(error, 'diskFull') ? 'diskFull' : 'failed'
}
