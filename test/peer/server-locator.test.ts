import assert from 'node:assert/strict'
import test from 'node:test'
import { Failure } from '../../src/base/failure.ts'
import { ServerLocator } from '../../src/peer/server-locator.ts'

const never = new AbortController().signal

test('an address is where it says, and a name where it leads, IPv4 first', async () => {
  const cases: [string, string | undefined, string][] = [
    ['127.0.0.1', '127.0.0.1', '127.0.0.1:5000'],
    ['::1', '::1', '[::1]:5000'],
    ['localhost', '127.0.0.1', 'localhost:5000'],
  ]
  for (const [host, address, shown] of cases) {
    const locator = new ServerLocator({ host, port: 5000 })
    assert.equal(locator.server, shown)
    assert.deepEqual(await locator.locate(never), { address, port: 5000 })
    const found = await locator.locate(never)
    assert.equal(await locator.locate(never), found, 'it is not looked for again')
    locator.forget()
    assert.notEqual(await locator.locate(never), found)
  }
})

test('a name that leads nowhere, and a search that is cancelled, are failures', async () => {
  const locator = new ServerLocator({ host: 'no-such-host.invalid', port: 5000 })
  await assert.rejects(
    locator.locate(never),
    error => error instanceof Failure && error.code === 'serverNotFound',
  )
  const cancelling = new AbortController()
  const waiting = locator.locate(cancelling.signal)
  cancelling.abort()
  const isCancelled = (error: unknown) => error instanceof Failure && error.code === 'cancelled'
  await assert.rejects(waiting, isCancelled)
  await assert.rejects(locator.locate(cancelling.signal), isCancelled)
})
