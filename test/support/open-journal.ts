import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Journal, type JournalOptions } from '../../src/server/journal/journal.ts'
import type { JournalCondition } from '../../src/server/journal/journal-condition.ts'
import type { LogEntry } from '../../src/server/journal/log-entry.ts'
import { append, JournalState } from './journal-state.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface OpenedJournal {
  readonly journal: Journal
  readonly state: JournalState
  readonly conditions: JournalCondition[]
}

/** Opens the journal of a folder into a state of its own; it is closed after the test. */
export async function openJournal(
  t: TestContext,
  directory: string,
  options: Partial<JournalOptions> = {},
): Promise<OpenedJournal> {
  const state = new JournalState()
  const conditions: JournalCondition[] = []
  const onCondition = (condition: JournalCondition) => conditions.push(condition)
  const signal = new AbortController().signal
  const journal = await Journal.open({ directory, onCondition, ...options }, state, state, signal)
  t.after(() => journal.close())
  return { journal, state, conditions }
}

/** What a server that starts on the folder as it is now would know: the folder as `kill -9` leaves it. */
export async function afterKill(t: TestContext, directory: string): Promise<unknown> {
  const copy = join(await temporaryFolder(t), 'copy')
  cpSync(directory, copy, { recursive: true })
  return stateIn(t, copy)
}

/** What a server that starts on the folder knows; there has to be nothing to complain of. */
export async function stateIn(t: TestContext, directory: string): Promise<unknown> {
  const { journal, state, conditions } = await openJournal(t, directory)
  assert.deepEqual(conditions, [])
  await journal.close()
  return state.shown
}

/** Does `entries` as the server does: to the state, to the journal, and commits. */
export function commit({ journal, state }: OpenedJournal, ...entries: readonly LogEntry[]): void {
  for (const entry of entries) {
    state.entry(entry)
    append(journal, entry)
  }
  journal.commit()
}
