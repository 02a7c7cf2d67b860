/** How the journal stands, as a person is told: each time it changes, and at the start where not all was as it should be. */
export type JournalCondition =
  /** What stood in a file could not be used; it was kept as `movedTo`, and a new one begun. */
  | { readonly kind: 'setAside'; readonly movedTo: string; readonly reason: string }
  /** So many rows could not be read. All others are there; they are being written anew, and the old file is kept. */
  | {
      readonly kind: 'partlyUnreadable'
      readonly directory: string
      readonly rows: number
      readonly reason: string
    }
  /** Nothing can be written: the server goes on in memory, and tries again every so many seconds. */
  | {
      readonly kind: 'notDurable'
      readonly directory: string
      readonly reason: string
      readonly retrySeconds: number
    }
  /** All is written again, what was registered meanwhile too. */
  | { readonly kind: 'durableAgain'; readonly directory: string }
