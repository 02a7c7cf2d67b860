import { readFileSync } from 'node:fs'
import { runProgram } from './programs.ts'

/** One core for the server that is measured, another for the load: neither takes time from the other. */
export interface Cores {
  readonly server: number
  readonly generator: number
}

/** Two cores this process may use and that share no core of the processor; a text says why there are none. */
export async function chooseCores(): Promise<Cores | string> {
  const allowed = parseCoreList(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '',
  )
  const [server] = allowed
  if (server === undefined) return 'the system does not say which cores may be used'
  const siblings = new Set(parseCoreList(threadSiblings(server)))
  const generator = allowed.find(core => core !== server && !siblings.has(core))
  if (generator === undefined) return 'there is one core only'
  try {
    await runProgram({ command: 'taskset', arguments: ['--version'] })
  } catch {
    return 'there is no taskset'
  }
  return { server, generator }
}

/** Moves this very process onto `core`, so that it does not disturb the other. */
export async function moveToCore(core: number): Promise<void> {
  await runProgram({
    command: 'taskset',
    arguments: ['-a', '-c', '-p', String(core), String(process.pid)],
  })
}

/** `0-2,5` is 0, 1, 2 and 5: the form in which Linux lists cores (cpuset(7)). */
export function parseCoreList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter(part => /^[0-9]+(-[0-9]+)?$/.test(part))
    .flatMap(part => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

function threadSiblings(core: number): string {
  try {
    return readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8')
  } catch {
    return ''
  }
}
