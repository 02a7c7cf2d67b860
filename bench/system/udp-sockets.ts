import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** One line of /proc/net/udp (proc(5)). */
export interface UdpSocket {
  readonly port: number
  readonly inode: string
  /** Datagrams dropped because the receive buffer was full. */
  readonly drops: number
}

/** Reads the text of /proc/net/udp or /proc/net/udp6. */
export function parseUdpSockets(text: string): UdpSocket[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .map(fields => ({
      port: Number.parseInt(fields[1]?.split(':')[1] ?? '', 16),
      inode: fields[9] ?? '',
      drops: Number(fields[12] ?? 0),
    }))
}

/** The UDP port a process listens on, for a program that does not say; `undefined` while it has none. */
export function udpPortOf(processId: number): number | undefined {
  const inodes = new Set<string>()
  for (const descriptor of readdirSync(`/proc/${processId}/fd`)) {
    const inode = /^socket:\[([0-9]+)\]$/.exec(linkOf(`/proc/${processId}/fd/${descriptor}`))?.[1]
    if (inode !== undefined) inodes.add(inode)
  }
  return systemSockets().find(({ inode }) => inodes.has(inode))?.port
}

/** Datagrams the kernel has dropped at the socket of this port because its receive buffer was full. */
export function udpDrops(port: number): number {
  return systemSockets()
    .filter(socket => socket.port === port)
    .reduce((sum, { drops }) => sum + drops, 0)
}

function systemSockets(): UdpSocket[] {
  return ['/proc/net/udp', '/proc/net/udp6'].flatMap(path => {
    try {
      return parseUdpSockets(readFileSync(path, 'utf8'))
    } catch {
      return []
    }
  })
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
