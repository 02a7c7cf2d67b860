import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningProgram } from './programs.ts'

/** Milliseconds between two looks at a port, and how many there are before giving up. */
const LOOK_EVERY_MS = 20
const LOOKS = 1500

/** A TCP port of 127.0.0.1 that nobody has, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('there is no port')
  return address.port
}

/** Waits until the program accepts connections to the port; rejects when it ends before, or does not for long. */
export async function untilAccepting(program: RunningProgram, port: number): Promise<void> {
  let complaint: string | undefined
  void program.ended.then(ending => {
    complaint = `ended with ${ending.status}: ${ending.complaint}`
  })
  for (let look = 0; look < LOOKS && complaint === undefined; look += 1) {
    if (await accepts(port)) return
    await delay(LOOK_EVERY_MS)
  }
  throw new Error(`nothing listens on port ${port}: ${complaint ?? 'it waits'}`)
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
