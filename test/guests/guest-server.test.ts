import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_GUEST_LIMITS } from '../../src/guests/guest-limits.ts'
import { ask, hostGuests } from '../support/guests.ts'
import { md5 } from '../support/md5.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

const HTML = { Accept: 'text/html' }

test('who has the address sees the pictures and takes one whole, in parts, and under its name', async t => {
  const host = await hostGuests(t, async folder => {
    await writePicture(folder, 'Été à la plage.jpg', 1, 'jpeg')
    await writePicture(folder, 'b.png', 2)
  })
  const original = await picture(1, 'jpeg')
  const page = await ask(host, host.base, { headers: HTML })
  assert.equal(page.status, 200)
  assert.match(page.text, /Été à la plage\.jpg/)
  assert.match(page.text, new RegExp(`${host.base}picture/${md5(original)}`))
  const taken = await ask(host, `${host.base}original/${md5(original)}`)
  assert.equal(taken.status, 200)
  assert.deepEqual(taken.body, original)
  assert.equal(taken.headers['content-type'], 'image/jpeg')
  assert.equal(
    taken.headers['content-disposition'],
    "attachment; filename*=UTF-8''%C3%89t%C3%A9%20%C3%A0%20la%20plage.jpg",
  )
  const part = await ask(host, `${host.base}original/${md5(original)}`, { headers: { Range: 'bytes=10-19' } })
  assert.equal(part.status, 206)
  assert.deepEqual(part.body, original.subarray(10, 20))
  const head = await ask(host, `${host.base}original/${md5(original)}`, { method: 'HEAD' })
  assert.equal(head.headers['content-length'], String(original.length))
  const preview = await ask(host, `${host.base}preview/${md5(original)}/320`)
  assert.equal(preview.headers['content-type'], 'image/webp')
  assert.equal(preview.body.subarray(8, 12).toString(), 'WEBP')
  assert.match((await ask(host, `${host.base}picture/${md5(original)}`)).text, /Take the original/)
  assert.match((await ask(host, `${host.base}wall`)).text, /<svg viewBox/)
  assert.deepEqual(host.faults, [])
})

test('without the right token nothing is there, and who tries many is not answered any more', async t => {
  const limits = { ...DEFAULT_GUEST_LIMITS, wrongTokens: 5 }
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1), { limits })
  const token = host.base.slice(1, -1)
  for (const path of [
    '/',
    '/wall',
    `/${'a'.repeat(10)}/`,
    `/${token.toUpperCase()}/`,
    `/${token.slice(1)}/`,
  ]) {
    const { status, text } = await ask(host, path, { headers: HTML })
    assert.equal(status, 404, path)
    assert.ok(!text.includes(token) && !text.includes('a.png'))
  }
  assert.equal((await ask(host, '/')).status, 429)
  assert.equal((await ask(host, host.base)).status, 429, 'nor with the right one')
})

test('what guests take is sent under the limits of uploads, and counted', async t => {
  const large = await picture(3, 'png', 500)
  const host = await hostGuests(t, folder => writeFile(join(folder, 'large.png'), large))
  host.peer.transfers.setLimits({ upload: 20_000 })
  let isDone = false
  const taking = ask(host, `${host.base}original/${md5(large)}`).finally(() => {
    isDone = true
  })
  await until(() => host.peer.bytesSent > 0)
  await sleep(400)
  assert.equal(isDone, false, 'at this rate it takes half a minute')
  host.peer.transfers.setLimits({ upload: 0 })
  assert.deepEqual((await taking).body, large)
  assert.equal(host.peer.bytesSent, large.length)
})

test('a host that is the name of somebody’s domain is refused, whatever else is right', async t => {
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1))
  for (const name of ['evil.example', `evil.example:${host.port}`, '127.0.0.1.evil.example', 'a b', '[evil]'])
    assert.equal((await ask(host, host.base, { headers: { Host: name } })).status, 421, name)
  for (const name of [`localhost:${host.port}`, `[::1]:${host.port}`, '192.168.1.5'])
    assert.equal((await ask(host, host.base, { headers: { Host: name } })).status, 200, name)
})

test('a path that climbs, is encoded or holds a NUL finds nothing', async t => {
  const host = await hostGuests(t, async folder => {
    await writePicture(folder, 'a.png', 1)
    await writeFile(join(folder, 'secret.txt'), 'secret')
  })
  const { base } = host
  const digest = md5(await picture(1))
  for (const path of [
    ...[`${base}../secret.txt`, `${base}original/../../secret.txt`, `${base}original/%2e%2e/secret.txt`],
    ...[`${base}original/secret.txt`, `${base}original/${digest}%00`, `${base}original/${digest}/320`],
    ...[`${base}preview/${digest}/100000`, `${base}preview/${digest}`, `${base}%70ictures.json`],
    ...[`${base}original/${'0'.repeat(32)}`, `${base}preview/${'0'.repeat(32)}/320`, `${base}wall/`],
  ]) {
    const { status, text } = await ask(host, path)
    assert.equal(status, 404, path)
    assert.ok(!text.includes('secret'))
  }
  assert.equal((await ask(host, host.base.slice(0, -1))).headers.location, host.base)
  assert.deepEqual(host.faults, [])
})

test('only reading and bringing are known, and reading changes nothing', async t => {
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1), {
    uploads: { isShared: false },
  })
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    assert.equal((await ask(host, `${host.base}pictures`, { method })).status, 405, method)
  assert.equal((await ask(host, `${host.base}pictures?name=x.png`)).status, 404)
})

test('names and pages: a stranger’s name is only ever text, and nothing foreign may run', async t => {
  const host = await hostGuests(t, async folder => {
    await writePicture(folder, "x'><script>alert(1)<!--.png", 1)
  })
  const digest = md5(await picture(1))
  for (const path of [host.base, `${host.base}picture/${digest}`, `${host.base}wall`]) {
    const { text, headers } = await ask(host, path)
    assert.ok(!text.includes('alert(1)<'), path)
    assert.ok(!text.includes('Party <b>'))
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.doesNotMatch(text, / style="| on[a-z]+="/)
  }
  for (const path of [`original/${digest}`, `preview/${digest}/320`, 'pictures.json'])
    assert.match(
      `${(await ask(host, host.base + path)).headers['content-security-policy']}`,
      /^default-src 'none'; sandbox/,
      path,
    )
})

test('the pages speak the language of the browser, or the one that is chosen', async t => {
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1))
  const read = async (accepted: string, path = '') =>
    (await ask(host, host.base + path, { headers: { 'Accept-Language': accepted } })).text
  assert.match(await read('es-MX,es;q=0.9'), /<html lang="es">/)
  assert.match(await read('pt-BR,en;q=0.5'), /<html lang="pt">/)
  assert.match(await read('es'), /1 imagen</)
  assert.match(await read('pt'), /Imagens de/)
  assert.match(await read('fr, de'), /<html lang="en">/)
  const chosen = await read('pt', '?lang=es')
  assert.match(chosen, /<html lang="es">/)
  assert.match(chosen, /\/picture\/[0-9a-f]{32}\?lang=es"/)
  assert.match(await read('pt', '?lang=xx'), /<html lang="pt">/)
})

test('what arrives in the folder is in the list the wall reads, the newest first', async t => {
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1))
  const list = async () => JSON.parse((await ask(host, `${host.base}pictures.json?newest=5`)).text)
  const before = await ask(host, `${host.base}pictures.json?newest=5`)
  const again = await ask(host, `${host.base}pictures.json?newest=5`, {
    headers: { 'If-None-Match': before.headers.etag ?? '' },
  })
  assert.ok(again.status === 304 || again.headers.etag !== before.headers.etag)
  await writePicture(host.directory, 'b.png', 2)
  await until(async () => (await list()).pictures.length === 2)
  assert.equal((await list()).pictures[0].name, 'b.png')
  assert.equal((await list()).count, 2)
})

test('what a person stopped sharing is nowhere to be had for guests', async t => {
  const host = await hostGuests(t, async folder => {
    await writePicture(folder, 'kept.png', 1)
    await writePicture(folder, 'private.png', 2)
  })
  const hidden = md5(await picture(2))
  assert.equal(host.peer.setShared(hidden, false), 'done')
  await until(async () => !(await ask(host, host.base, { headers: HTML })).text.includes('private.png'))
  for (const path of [
    `picture/${hidden}`,
    `original/${hidden}`,
    `preview/${hidden}/320`,
    `pictures.zip?p=${hidden}`,
  ])
    assert.equal((await ask(host, host.base + path)).status, 404, path)
  const { pictures } = JSON.parse((await ask(host, `${host.base}pictures.json?newest=10`)).text)
  assert.deepEqual(
    pictures.map(({ name }: { name: string }) => name),
    ['kept.png'],
  )
})

test('one address has only so many connections', async t => {
  const limits = { ...DEFAULT_GUEST_LIMITS, connectionsPerAddress: 0 }
  const host = await hostGuests(t, folder => writePicture(folder, 'a.png', 1), { limits })
  await assert.rejects(ask(host, host.base), { code: /ECONNRESET|EPIPE/ })
})
