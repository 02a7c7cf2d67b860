import type { Machine } from '../system/machine.ts'

/** A machine in one line of the report. */
export function machineSentence({
  processor,
  cores,
  memoryBytes,
  kernel,
  node,
  compiler,
  python,
}: Machine): string {
  const parts = [
    processor,
    `${cores} ${cores === 1 ? 'core' : 'cores'}`,
    `${Math.round(memoryBytes / 2 ** 30)} GiB`,
    kernel,
    `Node ${node}`,
    compiler ?? 'no C compiler',
    python ?? 'no Python',
  ]
  return `${parts.join(', ')}.`
}
