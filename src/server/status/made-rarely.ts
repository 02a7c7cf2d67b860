/** `make`, but at most once in `everyMs` milliseconds: in between, what it made last is given again. */
export function madeRarely<Value>(everyMs: number, nowMs: () => number, make: () => Value): () => Value {
  let made: { readonly value: Value; readonly atMs: number } | undefined
  return () => {
    const atMs = nowMs()
    if (made === undefined || atMs - made.atMs >= everyMs) made = { value: make(), atMs }
    return made.value
  }
}
