/** What asker.ts runs on another machine: does what each line of its input says, and answers it with a line. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Flooded, Question } from './asker.ts'

/** Datagrams that a flood sends at once, and milliseconds until the next ones. */
const WAVE = 100
const BETWEEN_WAVES_MS = 5
/** Milliseconds in which the last answers arrive. */
const LAST_ANSWERS_MS = 200

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line) as Question)
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

async function answerTo(question: Question): Promise<string | Flooded> {
  switch (question.kind) {
    case 'http':
      return (await fetch(question.url)).text()
    case 'datagram':
      return ask(question)
    case 'flood':
      return flood(question)
    default:
      return question satisfies never
  }
}

/** Asks again while no answer comes. */
async function ask({ host, port, message }: Question & { kind: 'datagram' }): Promise<string> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const reply = once(socket, 'message')
  const sending = setInterval(() => socket.send(message, port, host), 250)
  socket.send(message, port, host)
  const [bytes] = await reply
  clearInterval(sending)
  socket.close()
  return String(bytes)
}

async function flood({ host, port, message, count }: Question & { kind: 'flood' }): Promise<Flooded> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: 1 << 22 })
  socket.connect(port, host)
  await once(socket, 'connect')
  let received = 0
  let receivedBytes = 0
  const begunMs = performance.now()
  let lastMs = begunMs
  socket.on('message', bytes => {
    received += 1
    receivedBytes += bytes.length
    lastMs = performance.now()
  })
  for (let sent = 0; sent < count; sent += WAVE) {
    for (let one = 0; one < WAVE; one += 1) socket.send(message)
    await delay(BETWEEN_WAVES_MS)
  }
  await delay(LAST_ANSWERS_MS)
  socket.close()
  return { received, receivedBytes, elapsedMs: lastMs - begunMs }
}
