import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** How many timers and sockets keep this process alive, by their kind; a kind of which there is none is left out. */
export type OpenResources = Readonly<
  Partial<Record<'Timeout' | 'UDPWrap' | 'TCPServerWrap' | 'TCPSocketWrap', number>>
>

/** Turns of the event loop that what was closed gets to be gone. */
const TURNS = 200

function openResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(?:Timeout|UDP|TCP)/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** Fails when something else than `expected` is open, also some turns of the event loop later. */
export async function assertOpenResources(expected: OpenResources): Promise<void> {
  for (let turns = 0; turns < TURNS && !isDeepStrictEqual(openResources(), expected); turns += 1) await turn()
  assert.deepEqual(openResources(), expected)
}
