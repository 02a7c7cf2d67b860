import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { startProgram } from '../support/program.ts'

test('the demonstration shows a registration, a listing and a verified download, stays up, and cleans up', async t => {
  // Whoever has the port already, the demonstration is to say so and take another.
  const taken = createSocket('udp4')
  t.after(() => taken.close())
  taken.on('error', () => {})
  taken.bind(13_377, '127.0.0.1')
  await Promise.race([once(taken, 'listening'), once(taken, 'error')]).catch(() => {})

  const program = startProgram(t, ['demo', '--lang', 'en'])
  const [, other = ''] = await program.until(/Port 13377 is taken, so the index server uses ([0-9]+)\./)
  const [, folder = ''] = await program.until(/Ana has 6 pictures in (.*)\/Ana\./)
  await program.until(/Bruno shares on port [0-9]+ and registered 5 pictures\./)
  await program.until(/Clara shares on port [0-9]+ and registered 6 pictures\./)
  await program.until(/16 pictures in the network:\n/)
  await program.until(/2 owners: 127\.0\.0\.1/)
  const [, name = ''] = await program.until(/Ana fetches “(.*)” straight from Bruno\./)
  const [, saved = ''] = await program.until(
    /It arrived as “(.*)”: .*, and its MD5 is [0-9a-f]{32}, as listed\./,
  )
  assert.equal(saved, name)
  await program.until(/the index server lists 2 owners for it\./)
  await program.until(new RegExp(`client 127\\.0\\.0\\.1:${other} FOLDER`))
  await program.until(/It stays up until it is stopped/)
  assert.ok(existsSync(folder))
  program.kill('SIGTERM')
  assert.deepEqual(await program.exited(), { status: 0, signal: null })
  assert.ok(!existsSync(folder))
  assert.equal(program.errors, '')
})
