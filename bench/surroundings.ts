import { dgramGenerator, type Generator, nativeGenerator } from './load/generators.ts'
import type { Surroundings } from './measure/contestant.ts'
import { compileNativePrograms } from './native/native-programs.ts'
import type { Tools } from './subjects/subject.ts'
import { type Cores, chooseCores, moveToCore } from './system/cores.ts'
import { describeMachine, type Machine } from './system/machine.ts'
import { listenAsPeers } from './system/peer-listener.ts'
import { findPython } from './system/tools.ts'

/** A machine made ready for measuring. */
export interface PreparedMachine {
  readonly surroundings: Surroundings
  readonly machine: Machine
  /** Where servers and load run, as a sentence for the report. */
  readonly pinning: string
  /** The cores that servers and load are bound to; `undefined` where they are not. */
  readonly cores: Cores | undefined
  close(): void
}

/**
 * Compiles what is to be compiled, chooses the cores and moves this process away from the servers', and opens the port the
 * peers share on. Rejects on systems whose processes cannot be looked at.
 */
export async function prepareMachine(withDgramGenerator: boolean): Promise<PreparedMachine> {
  if (process.platform !== 'linux') {
    throw new Error(
      `the bench reads CPU time and memory from /proc and sends from addresses of 127.0.0.0/8: it needs Linux, this is ${process.platform}`,
    )
  }
  const cores = await chooseCores()
  if (typeof cores !== 'string') await moveToCore(cores.generator)
  const tools: Tools = { native: await compileNativePrograms(), python: await findPython() }
  const listener = await listenAsPeers()
  const bound = typeof cores === 'string' ? undefined : cores
  return {
    surroundings: {
      tools,
      generator: chooseGenerator(tools, bound, withDgramGenerator),
      core: bound?.server,
      peerPort: listener.port,
    },
    machine: describeMachine(tools.native?.compiler, tools.python?.version),
    pinning:
      typeof cores === 'string'
        ? `Nothing is bound to a core, because ${cores}: server and load take time from each other.`
        : `Servers are bound to core ${cores.server}, the load generator to core ${cores.generator}.`,
    cores: bound,
    close: listener.close,
  }
}

function chooseGenerator({ native }: Tools, cores: Cores | undefined, withDgram: boolean): Generator {
  return native === undefined || withDgram ? dgramGenerator(cores) : nativeGenerator(native, cores)
}
