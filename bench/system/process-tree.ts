import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second in /proc/PID/stat, see process-usage.ts. */
const TICKS_PER_SECOND = 100

/** What a process and all that come from it use. */
export interface TreeUsage {
  /** With that of the children they have waited for. */
  readonly cpuSeconds: number
  /** Memory of those that are there now; what several of them share counts once. */
  readonly memoryBytes: number
}

/** What these processes and their descendants have used. */
export function treeUsage(roots: readonly number[]): TreeUsage {
  const parents = new Map<number, { parent: number; cpuSeconds: number }>()
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue
    const read = readStat(Number(name))
    if (read !== undefined) parents.set(Number(name), read)
  }
  let cpuSeconds = 0
  let memoryBytes = 0
  for (const [id, stat] of parents) {
    let ancestor: number | undefined = id
    while (ancestor !== undefined && !roots.includes(ancestor)) ancestor = parents.get(ancestor)?.parent
    if (ancestor === undefined) continue
    cpuSeconds += stat.cpuSeconds
    memoryBytes += proportionalBytes(id)
  }
  return { cpuSeconds, memoryBytes }
}

/** Resident memory, of what is shared by several processes only this one's part (proc_pid_smaps(5), Pss). */
function proportionalBytes(id: number): number {
  try {
    const [, kilobytes = '0'] =
      /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  } catch {
    return 0
  }
}

/** Fields 4 and 14 to 17 of /proc/PID/stat (proc(5)), behind a name that may hold anything. */
function readStat(id: number): { parent: number; cpuSeconds: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND }
  } catch {
    return undefined
  }
}
