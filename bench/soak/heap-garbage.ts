/**
 * Loaded into a server before it starts (`node --expose-gc --import`): twice a second it makes garbage of all sizes, inside
 * the heap and beside it, and has it collected. What a system call still writes to must survive that.
 */

/** Milliseconds between two collections. */
const EVERY_MS = 500
/** Buffers made each time; the largest have 64 KiB. */
const BUFFERS = 200
/** Small objects made each time. */
const OBJECTS = 20_000

function makeGarbage(): number {
  let weight = 0
  for (let made = 0; made < BUFFERS; made += 1) weight += Buffer.alloc(1 << (made % 17), made).length
  for (let made = 0; made < OBJECTS; made += 1) weight += Object.keys({ [`field-${made}`]: [made] }).length
  return weight
}

setInterval(() => {
  makeGarbage()
  globalThis.gc?.()
}, EVERY_MS).unref()
