import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { pythonServer } from '../../bench/subjects/python-server.ts'
import { findPython } from '../../bench/system/tools.ts'

interface Scenario {
  readonly scenario: string
  readonly steps: readonly { readonly send: string; readonly reply: string }[]
}

const python = await findPython()
const recorded: Scenario[] = JSON.parse(
  await readFile(new URL('../vectors/wire/transcripts.json', import.meta.url), 'utf8'),
)

/** Not recorded, but said by the protocol: images are listed in the order they were first registered. */
const keepsItsPlace: Scenario = {
  scenario: 'an image that stays keeps its place',
  steps: [
    {
      send: 'REG p1 5001 0cc175b9c0f1b6a831c399e269772661,a.png;92eb5ffee6ae2fec3ad71c777531578f,b.png',
      reply: 'OK 2_REGISTERED_IMAGES',
    },
    {
      send: 'UPD p1 5001 4a8a08f09d37b73795649038408b5f33,c.png;92eb5ffee6ae2fec3ad71c777531578f,b.png',
      reply: 'OK 2_REGISTERED_FILES',
    },
    {
      send: 'LST',
      reply:
        '92eb5ffee6ae2fec3ad71c777531578f,b.png,127.0.0.1:5001;4a8a08f09d37b73795649038408b5f33,c.png,127.0.0.1:5001',
    },
  ],
}

test('the Python server of the bench speaks the protocol as it was recorded', {
  skip: python === undefined ? 'there is no Python 3.10 or newer' : false,
}, async t => {
  for (const { scenario, steps } of [...recorded, keepsItsPlace]) {
    await t.test(scenario, async () => {
      const { port, program } = await pythonServer.start({
        tools: { native: undefined, python },
        core: undefined,
        folder: '',
      })
      const socket = createSocket('udp4')
      try {
        socket.connect(port, '127.0.0.1')
        await once(socket, 'connect')
        for (const { send, reply } of steps) {
          socket.send(send)
          const [answer] = await once(socket, 'message')
          assert.equal(String(answer), reply, send)
        }
      } finally {
        socket.close()
        await program.stop()
      }
    })
  }
})
