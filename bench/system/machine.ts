import { cpus, release, totalmem, type } from 'node:os'

/** The machine a figure was measured on: without it the figure says nothing. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  /** First line of `cc --version`; `undefined` where there is none. */
  readonly compiler: string | undefined
  readonly python: string | undefined
}

/** Names this machine. */
export function describeMachine(compiler: string | undefined, python: string | undefined): Machine {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    compiler,
    python,
  }
}
