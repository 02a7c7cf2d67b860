import { writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { Journal } from '../../src/server/journal/journal.ts'
import { DEFAULT_JOURNAL_LIMITS } from '../../src/server/journal/journal-limits.ts'
import { doSome } from './journal-load.ts'
import { append, JournalState } from './journal-state.ts'
import { seededRandom } from './seeded-random.ts'

/**
 * A process that commits batch after batch, the first of them of the number given, and writes a line after each: what a
 * server acknowledges. What a batch does follows from its number and from the state, so who reads the lines knows it too.
 */
const [directory = '', first = '0', foldBytes = ''] = process.argv.slice(2)
const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: Number(foldBytes) }
const state = new JournalState()
const onCondition = (condition: object) => writeSync(1, `${JSON.stringify(condition)}\n`)
const journal = await Journal.open(
  { directory, limits, onCondition },
  state,
  state,
  new AbortController().signal,
)
for (let batch = Number(first); ; batch += 1) {
  doSome(state, seededRandom(batch), entry => append(journal, entry))
  journal.commit()
  writeSync(1, `committed ${batch}\n`)
  await turn()
}
