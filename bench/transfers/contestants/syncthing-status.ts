import { setTimeout as delay } from 'node:timers/promises'
import { API_KEY, FOLDER_ID } from './syncthing-instance.ts'

/** Milliseconds between two questions: little beside what is measured, in time and in CPU time. */
const ASK_EVERY_MS = 50
/** Milliseconds an answer may take. */
const ANSWER_PATIENCE_MS = 10_000

/** Settles when the folder is idle with so many files in it, none of them missing (`/rest/db/status`). */
export async function untilInSync(apiPort: number, files: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const status = await folderStatus(apiPort, signal)
    if (status?.['state'] === 'error') throw new Error(`syncthing gave up: ${String(status['error'])}`)
    if (
      status?.['state'] === 'idle' &&
      status['needTotalItems'] === 0 &&
      status['globalFiles'] === files &&
      status['localFiles'] === files
    )
      return
    await delay(ASK_EVERY_MS, undefined, { signal })
  }
}

/** What it says of the folder; `undefined` while it does not answer yet. */
async function folderStatus(
  apiPort: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${apiPort}/rest/db/status?folder=${FOLDER_ID}`, {
      headers: { 'X-API-Key': API_KEY },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_PATIENCE_MS)]),
    })
    return answer.ok ? ((await answer.json()) as Record<string, unknown>) : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
