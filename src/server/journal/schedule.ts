/** Has `task` run once, `delayMs` milliseconds from now at the earliest; the function returned cancels it. */
export type Schedule = (task: () => void, delayMs: number) => () => void

/** By the system's clock; what waits does not keep the program alive. */
export const onTimer: Schedule = (task, delayMs) => {
  const timer = setTimeout(task, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
