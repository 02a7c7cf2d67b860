import { fileURLToPath } from 'node:url'
import type { NativePrograms } from '../native/native-programs.ts'
import type { Cores } from '../system/cores.ts'
import { runProgram } from '../system/programs.ts'
import { type LoadReport, type LoadRun, loadArguments, parseLoadReport } from './load-run.ts'

/** A load generator: the program in C, or where there is no compiler the one in TypeScript. */
export interface Generator {
  readonly name: 'native' | 'dgram'
  /** What the table says about it. */
  readonly description: string
  /** How many peers it can be at once. */
  readonly mostPeers: number
  readonly canAnnounce: boolean
  run(run: LoadRun): Promise<LoadReport>
}

/**
 * Faster than any server that is measured: many addresses over four sockets, datagrams in batches. With a core of its own
 * (`isAlone`) it waits without sleeping, so that no server pays for waking it up.
 */
export function nativeGenerator(
  { load }: NativePrograms,
  cores: Cores | undefined,
  isAlone: boolean = cores !== undefined,
): Generator {
  return {
    name: 'native',
    description: 'in C, `sendmmsg` and `recvmmsg`',
    mostPeers: 1 << 22,
    canAnnounce: true,
    async run(run) {
      const spin = ['--spin', isAlone ? '1' : '0']
      return report(load, [...loadArguments(run), ...spin], cores)
    },
  }
}

const DGRAM_LOAD = fileURLToPath(new URL('dgram-load.ts', import.meta.url))
/** Each peer has a socket of its own, and a process may usually have 1,024 open files. */
const DGRAM_LOAD_MOST_PEERS = 512

/** Slower than the fastest servers: for machines without a C compiler. */
export function dgramGenerator(cores: Cores | undefined): Generator {
  return {
    name: 'dgram',
    description: 'in TypeScript over `node:dgram`, for want of a C compiler: slower than the fastest servers',
    mostPeers: DGRAM_LOAD_MOST_PEERS,
    canAnnounce: false,
    async run(run) {
      return report(process.execPath, [DGRAM_LOAD, ...loadArguments(run)], cores)
    },
  }
}

async function report(
  command: string,
  args: readonly string[],
  cores: Cores | undefined,
): Promise<LoadReport> {
  const { stdout, stderr } = await runProgram({ command, arguments: args, core: cores?.generator })
  if (stderr !== '') process.stderr.write(stderr)
  return parseLoadReport(stdout)
}
