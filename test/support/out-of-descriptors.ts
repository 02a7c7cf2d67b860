/** A program of its own, started with few file descriptors: takes all of them, then tells what a probe of its argument gives. */
import { closeSync, openSync } from 'node:fs'
import { probeReachability } from '../../src/transport/reachability-probe.ts'
import { addressBytes } from './addresses.ts'

const probe = () => {
  return probeReachability(
    addressBytes('127.0.0.1'),
    Number(process.argv[2]),
    60_000,
    new AbortController().signal,
  )
}
// What is loaded late is loaded now.
const before = await probe()
const taken: number[] = []
for (;;) {
  try {
    taken.push(openSync('/dev/null', 'r'))
  } catch {
    break
  }
}
const without = await probe()
for (const descriptor of taken) closeSync(descriptor)
process.stdout.write(`${before} ${without} ${await probe()}`)
