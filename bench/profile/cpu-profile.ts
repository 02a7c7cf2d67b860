/** A CPU profile as V8 writes it (Chrome DevTools Protocol, Profiler.Profile), as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  /** The node each sample was in, and the microseconds before it. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Part of the time that the process was busy, from 0 to 1, by name; the largest first. */
type Shares = readonly (readonly [name: string, share: number])[]

/** Where the busy time of a profile went: by area of the program, and by function. */
export interface TimeSpent {
  readonly areas: Shares
  readonly functions: Shares
}

/** Reads a profile that V8 wrote. The time in which the process waited is left out. */
export function readCpuProfile(json: string): TimeSpent {
  const profile = JSON.parse(json) as CpuProfile
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const areas = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  profile.samples.forEach((node, index) => {
    const { functionName = '', url = '' } = frames.get(node) ?? {}
    if (functionName === '(idle)') return
    const microseconds = profile.timeDeltas[index] ?? 0
    busy += microseconds
    const area = areaOf(functionName, url)
    areas.set(area, (areas.get(area) ?? 0) + microseconds)
    const name = `${functionName || '(system call or native)'} ${url.split('/').slice(-2).join('/')}`.trim()
    functions.set(name, (functions.get(name) ?? 0) + microseconds)
  })
  const shares = (parts: ReadonlyMap<string, number>): Shares =>
    [...parts].map(([name, part]) => [name, part / busy] as const).sort(([, one], [, other]) => other - one)
  return { areas: shares(areas), functions: shares(functions) }
}

/** A folder of `src/`, or what lies outside: V8 itself, the modules of Node, system calls and other native code. */
function areaOf(functionName: string, url: string): string {
  const folder = /\/src\/([a-z]+)\//.exec(url)?.[1]
  if (folder !== undefined) return `src/${folder}`
  if (functionName === '(garbage collector)') return 'garbage collector'
  if (url.startsWith('node:')) return url.includes('crypto') ? 'node:crypto' : 'Node’s own modules'
  return 'system calls and native code'
}
