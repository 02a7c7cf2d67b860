/** Does `action` every `everyMs` milliseconds until the returned function is called. */
export type Repeat = (action: () => void, everyMs: number) => () => void

/** Repeats by a timer that does not keep the program alive. */
export const repeatByTimer: Repeat = (action, everyMs) => {
  const timer = setInterval(action, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
