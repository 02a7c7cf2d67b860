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
  /** The file in all: several times what a full catalog takes, lest an error of ours fills the disk. */
  readonly maxFileBytes: number
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  foldBytes: 16 * 1024 ** 2,
  quietFoldBytes: 1024 ** 2,
  maxLogBytes: 64 * 1024 ** 2,
  maxFileBytes: 32 * 1024 ** 3,
}
