/** Numbers in [0, 1). */
export type Random = () => number

/**
 * A generator that gives the same numbers for the same seed on every machine (mulberry32, by Tommy Ettinger, public
 * domain): drawings must not change from run to run. Not for secrets.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
