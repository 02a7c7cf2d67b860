import { once } from 'node:events'

/** Resolves when the signal aborts, and keeps the program alive until then. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const keepAlive = setInterval(() => {}, 2 ** 30)
  try {
    await once(signal, 'abort')
  } finally {
    clearInterval(keepAlive)
  }
}
