/** What the journal lets grow, and how far: bytes each. */
export interface JournalLimits {
  /**
   * The log is folded when it is so long. The longer, the more often one registration is in it and written once for all of
   * that; the longer also the next start, which reads some 10 MB of it a second.
   */
  readonly foldBytes: number
  /** When nothing comes for a moment, it is folded from here on: what is shorter costs more to fold than to read again. */
  readonly quietFoldBytes: number
  /** From here on each commit folds twice what it adds, so that the log comes to its end under any load. */
  readonly maxLogBytes: number
  /**
   * When the write-ahead log is so long, the rest of a checkpoint is done at once: it is begun anew only when one reaches its
   * end, and beside a steady load the worker's never does. Under the heaviest load measured some seconds' worth, so that the
   * one pause of some 20 ms meets fewer than one request in a hundred.
   */
  readonly maxWalBytes: number
  /** The file in all: several times what a full catalog takes, lest an error of ours fills the disk. */
  readonly maxFileBytes: number
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  foldBytes: 16 * 1024 ** 2,
  quietFoldBytes: 1024 ** 2,
  maxLogBytes: 64 * 1024 ** 2,
  maxWalBytes: 128 * 1024 ** 2,
  maxFileBytes: 32 * 1024 ** 3,
}
