import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { startServerProcess } from '../support/program.ts'
import { UdpClient } from '../support/udp-client.ts'

interface Scenario {
  readonly scenario: string
  readonly steps: readonly { readonly send: string; readonly reply: string }[]
}

const scenarios: Scenario[] = JSON.parse(
  await readFile(new URL('../vectors/wire/transcripts.json', import.meta.url), 'utf8'),
)

const paths = process.platform === 'linux' ? ['fast', 'portable'] : ['portable']

for (const path of paths) {
  test(`recorded conversations with the reference server, byte for byte, over UDP with a server process, ${path} path`, async t => {
    assert.equal(scenarios.length, 14)
    const { port } = await startServerProcess(t, ['--udp', path])
    const client = await UdpClient.open(t, port)
    for (const { scenario, steps } of scenarios) {
      await t.test(scenario, async () => {
        for (const { send, reply } of steps) assert.equal(await client.ask(send), reply, `reply to ${send}`)
      })
      await endAll(client, steps)
    }
  })
}

/** Ends what a conversation registered: the next one was recorded with a server of which nobody had asked anything. */
async function endAll(client: UdpClient, steps: Scenario['steps']): Promise<void> {
  const owners = steps.flatMap(({ send }) => /^\s*REG (\S+ [1-9][0-9]*) /.exec(send)?.[1] ?? [])
  for (const owner of new Set(owners)) await client.ask(`END ${owner}`)
  assert.equal(await client.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
}
