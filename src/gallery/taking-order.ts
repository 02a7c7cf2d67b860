import type { Transfer } from '../peer/transfers/transfer.ts'
import type { Digest } from '../protocol/digest.ts'
import type { Taking } from './gallery-shapes.ts'

/** What the page is told of each state; what a person called off is not told. */
export const TOLD_STATES: Readonly<Record<Transfer['state'], Taking['state'] | undefined>> = {
  waiting: 'waiting',
  running: 'running',
  paused: 'paused',
  retrying: 'retrying',
  done: 'done',
  skipped: 'done',
  failed: 'failed',
  cancelled: undefined,
}

/**
 * The order of the drawer's rows: what runs, what needs a person, what waits in the order in which it is begun, and what is
 * done, the last one first. `transfers` are in the order in which they are begun.
 */
export function drawerOrder(transfers: readonly Transfer[]): Digest[] {
  const [running, failed, queued, done]: [Digest[], Digest[], Digest[], Digest[]] = [[], [], [], []]
  for (const { digest, state } of transfers) {
    const told = TOLD_STATES[state]
    if (told === 'running') running.push(digest)
    else if (told === 'failed') failed.push(digest)
    else if (told === 'done') done.push(digest)
    else if (told !== undefined) queued.push(digest)
  }
  return [...running, ...failed, ...queued, ...done.reverse()]
}
