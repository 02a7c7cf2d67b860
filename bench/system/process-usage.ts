import { readFileSync } from 'node:fs'

/** What a process has used so far, all its threads together (proc(5)). */
export interface ProcessUsage {
  /** User and system time, in steps of 10 ms. */
  readonly cpuSeconds: number
  /** Resident memory. */
  readonly residentBytes: number
  /** The most that it ever was. */
  readonly peakBytes: number
}

/** Ticks a second in /proc/PID/stat: USER_HZ, 100 in every Linux that user space sees. */
const TICKS_PER_SECOND = 100

/** What the process has used; `undefined` once there is no such process. */
export function processUsage(processId: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
    const status = readFileSync(`/proc/${processId}/status`, 'utf8')
    const residentBytes = parseMemory(status, 'VmRSS')
    const peakBytes = parseMemory(status, 'VmHWM')
    if (residentBytes === undefined || peakBytes === undefined) return undefined
    return { cpuSeconds: parseCpuSeconds(stat), residentBytes, peakBytes }
  } catch {
    return undefined
  }
}

/** Fields 14 (utime) and 15 (stime) of /proc/PID/stat; the second field is a name that may hold spaces and `)`. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** A line of /proc/PID/status, in bytes; a process that has ended and was not waited for has none. */
export function parseMemory(status: string, name: 'VmRSS' | 'VmHWM'): number | undefined {
  const kibibytes = new RegExp(`^${name}:\\s+([0-9]+) kB$`, 'm').exec(status)?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}
