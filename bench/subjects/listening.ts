import type { RunningProgram } from '../system/programs.ts'

/** Milliseconds a server may take until it listens. */
const START_PATIENCE_MS = 30_000

/** Waits for the line of JSON with `"event":"listening"` and a numeric `port`, and returns that port. */
export async function listeningPort(program: RunningProgram): Promise<number> {
  const impatience = setTimeout(() => void program.stop(), START_PATIENCE_MS)
  try {
    return await program.readLine(portIn)
  } finally {
    clearTimeout(impatience)
  }
}

/** The port in a line that tells of listening; `undefined` in any other line. */
export function portIn(line: string): number | undefined {
  let event: unknown
  try {
    event = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof event !== 'object' || event === null || !('event' in event) || !('port' in event))
    return undefined
  return event.event === 'listening' && typeof event.port === 'number' ? event.port : undefined
}
