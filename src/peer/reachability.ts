/** What a person is told of whether the index server could connect to them. */
export type ReachabilityNews = 'unreachable' | 'reachable'

/**
 * Answers in a row that say nothing of it, after which a peer that was unreachable counts as reachable: a server that was
 * restarted says nothing until it has tried.
 */
const SILENT_ANSWERS = 2

/** Follows what the server says of whether it could connect to our port, and tells each change once. */
export class Reachability {
  #isUnreachable = false
  #silentAnswers = 0

  /** `reachable` is `undefined` where the server says nothing: it could connect, or has not tried. */
  observe(reachable: boolean | undefined): ReachabilityNews | undefined {
    this.#silentAnswers = reachable === undefined ? this.#silentAnswers + 1 : 0
    if (reachable === false) {
      if (this.#isUnreachable) return undefined
      this.#isUnreachable = true
      return 'unreachable'
    }
    const isSure = reachable === true || this.#silentAnswers >= SILENT_ANSWERS
    if (!this.#isUnreachable || !isSure) return undefined
    this.#isUnreachable = false
    return 'reachable'
  }
}
