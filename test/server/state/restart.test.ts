import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { ServerConfig } from '../../../src/server/config.ts'
import { type OpenState, openState } from '../../../src/server/open-state.ts'
import { AS_IS, listAll } from '../../support/catalog-states.ts'
import { type Command, command, doOn, identityOf } from '../../support/front-commands.ts'
import { TEST_SERVER_CONFIG } from '../../support/index-servers.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const signal = new AbortController().signal
/** Seconds of the commands' clock: all at one moment. */
const NOW = 1000

async function open(dataFolder: string, changes: Partial<ServerConfig> = {}): Promise<OpenState> {
  const conditions: unknown[] = []
  const opened = await openState(
    { ...TEST_SERVER_CONFIG, ...changes, dataFolder },
    condition => conditions.push(condition),
    () => {},
    signal,
  )
  assert.deepEqual(conditions, [])
  return opened
}

async function close({ state, journal }: OpenState): Promise<void> {
  state.stop()
  await journal.close()
}

/** All that somebody can ask for. */
async function shown({ state }: OpenState): Promise<unknown> {
  return {
    counts: state.counts(),
    absent: [...state.absent.peers()]
      .map(({ address, port }) => `${Buffer.from(address).toString('hex')}:${port}`)
      .sort(),
    images: await listAll(state),
    ipv4: Buffer.from(state.listing('ipv4', AS_IS)).toString(),
    ipv6: Buffer.from(state.listing('ipv6', AS_IS)).toString(),
  }
}

/** The same where owners of one image may stand in another order: those of an image come back in that of registrations. */
function inAnyOwnerOrder(all: unknown): unknown {
  return JSON.parse(
    JSON.stringify(all, (key, value: unknown) => {
      if (key === 'owners' && Array.isArray(value)) return value.toSorted()
      if ((key === 'ipv4' || key === 'ipv6') && typeof value === 'string') {
        return value.split(';').map(entry => entry.split(',').toSorted().join())
      }
      return value
    }),
  )
}

/** Takes a peer off the list, as if it had not been heard or reached for long. */
function goAway({ state }: OpenState, { address, port }: Command['peer']): void {
  const peer = identityOf({ address, port, password: 'one' })
  for (let times = 0; times < 3; times += 1) state.unreached(peer.address, port, NOW)
  state.leaseEnded(peer.address, port, NOW + 100_000)
}

const step = fc.record({
  command,
  away: fc.option(command, { freq: 5 }),
})

suite('what was acknowledged is there after a restart', () => {
  for (const seed of [1, 2, 3]) {
    test(`whether the server stopped or was killed, seed ${seed}`, async (t: TestContext) => {
      const folder = await temporaryFolder(t)
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 30, size: 'max' }),
          fc.boolean(),
          async (steps, stops) => {
            run += 1
            const data = join(folder, `${run}`)
            let opened = await open(data)
            for (const { command: given, away } of steps) {
              await doOn(opened.state, given)
              if (away !== null) goAway(opened, away.peer)
              opened.state.commit()
            }
            const before = await shown(opened)
            let found = data
            if (!stops) {
              // What the disk holds at this moment is what is left of a process that is killed.
              found = join(folder, `${run}-copy`)
              await cp(data, found, { recursive: true })
            }
            await close(opened)
            opened = await open(found)
            const after = await shown(opened)
            assert.deepEqual(inAnyOwnerOrder(after), inAnyOwnerOrder(before))
            await close(opened)
            opened = await open(found)
            assert.deepEqual(
              inAnyOwnerOrder(await shown(opened)),
              inAnyOwnerOrder(before),
              'and after another one',
            )
            await close(opened)
          },
        ),
        { seed, numRuns: 25 },
      )
    })
  }

  test('as far as the limits of now leave room, and says how much they do not', async t => {
    const folder = await temporaryFolder(t)
    const first = await open(folder)
    const peers = [1, 2, 3].map(port => identityOf({ address: '10.0.0.1', port, password: 'one' }))
    for (const peer of peers) first.state.register(peer, 'pw')
    first.state.commit()
    await close(first)
    const limits = { ...TEST_SERVER_CONFIG.limits, registrationsPerAddress: 2 }
    const second = await open(folder, { limits })
    assert.equal(second.state.counts().registrations, 2)
    assert.equal(second.refused, 1)
    await close(second)
  })
})
