import { NO_JOURNAL } from './journal/catalog-journal.ts'
import type { Liveness } from './liveness/liveness.ts'
import type { OpenState } from './open-state.ts'
import type { ReplyBudget } from './reply-budget.ts'
import type { StatusReading, StatusSource } from './status/status-source.ts'

/** The numbers of a running index server. */
export class ServerReading implements StatusSource {
  readonly #open: OpenState
  readonly #budget: ReplyBudget
  /** What checks peers, once it does. */
  liveness: Liveness | undefined

  constructor(open: OpenState, budget: ReplyBudget) {
    this.#open = open
    this.#budget = budget
  }

  read(): StatusReading {
    const { state, journal, journalFault } = this.#open
    const { isDurable, logBytes, failures } = journal.stats
    const outcomes = this.liveness?.counts.outcomes
    return {
      ...state.counts(),
      absentRegistrations: state.absent.size,
      watchers: state.watcherCount,
      repliesDropped: this.#budget.droppedReplies,
      probes: {
        reached: outcomes?.reached ?? 0,
        refused: outcomes?.refused ?? 0,
        timedOut: outcomes?.timeout ?? 0,
        failed: (outcomes?.unreachable ?? 0) + (outcomes?.localFault ?? 0),
      },
      journal: {
        state: journal === NO_JOURNAL ? 'memory' : isDurable ? 'durable' : 'failing',
        reason: journalFault(),
        logBytes,
        failures,
      },
    }
  }
}
