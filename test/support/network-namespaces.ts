import { execFileSync } from 'node:child_process'
import type { TestContext } from 'node:test'

/** A machine of its own as far as the network goes. */
export interface Machine {
  /** What has to stand before a command for it to run there. */
  readonly prefix: readonly string[]
}

/** A machine with a server and two others, each on a network of its own with it. */
export interface SmallNetwork {
  readonly server: Machine
  readonly others: readonly [Neighbour, Neighbour]
}

/** A machine on a network with the server's. */
export interface Neighbour extends Machine {
  /** The server's addresses on that network. */
  readonly serverIPv4: string
  readonly serverIPv6: string
}

let networksMade = 0

/**
 * Three network namespaces, gone after the test; `undefined` where this user may make none, and the test is skipped, which it
 * says. Nothing leads out of them.
 */
export function makeNetwork(t: TestContext): SmallNetwork | undefined {
  networksMade += 1
  const unique = `imagep2p-${process.pid}-${networksMade}`
  const [server, one, other] = [`${unique}-server`, `${unique}-one`, `${unique}-other`] as const
  t.after(() => {
    for (const name of [server, one, other]) runIp(['netns', 'delete', name])
  })
  const neighbour = (name: string, number: number): Neighbour | string => {
    const [here, there] = [`network${number}`, 'server']
    const [ipv4, ipv6] = [`10.77.${number}.`, `fd77:${number}::`]
    const fault =
      runIp(['netns', 'add', name]) ??
      runIp(['link', 'add', here, 'netns', server, 'type', 'veth', 'peer', 'name', there, 'netns', name]) ??
      bringUp(server, here, [`${ipv4}1/24`, `${ipv6}1/64`]) ??
      bringUp(name, there, [`${ipv4}2/24`, `${ipv6}2/64`]) ??
      bringUp(name, 'lo', [])
    return fault ?? { prefix: prefixOf(name), serverIPv4: `${ipv4}1`, serverIPv6: `${ipv6}1` }
  }
  const fault = runIp(['netns', 'add', server]) ?? bringUp(server, 'lo', [])
  const [first, second] = [fault ?? neighbour(one, 1), fault ?? neighbour(other, 2)]
  if (typeof first !== 'string' && typeof second !== 'string') {
    return { server: { prefix: prefixOf(server) }, others: [first, second] }
  }
  t.skip(`networks of a test’s own need Linux, its root and ip(8): ${[first, second].find(isText)}`)
  return undefined
}

function prefixOf(namespace: string): readonly string[] {
  return ['ip', 'netns', 'exec', namespace]
}

function bringUp(namespace: string, link: string, addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    // Nobody else has it, and until that is found out an IPv6 address cannot be used.
    const noDetection = address.includes(':') ? ['nodad'] : []
    const fault = runIp(['-n', namespace, 'address', 'add', address, 'dev', link, ...noDetection])
    if (fault !== undefined) return fault
  }
  return runIp(['-n', namespace, 'link', 'set', link, 'up'])
}

/** Runs ip(8): what it complains of, if it does. */
function runIp(argv: readonly string[]): string | undefined {
  try {
    execFileSync('ip', argv, { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    const complaint = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return complaint === '' ? String(error) : complaint
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
