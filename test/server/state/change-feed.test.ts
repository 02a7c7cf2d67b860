import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { CatalogChange } from '../../../src/server/index-state.ts'
import { addressBytes } from '../../support/catalog-driver.ts'
import { AS_IS, catalogState, listAll } from '../../support/catalog-states.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { until } from '../../support/until.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const peer = (port: number) => ({ address: addressBytes('10.0.0.1'), port })

/** What somebody knows who goes by what is told. */
class Follower {
  readonly images = new Map<string, string>()
  resets = 0
  last = 0

  readonly take = (changes: readonly CatalogChange[]): void => {
    for (const change of changes) {
      assert.ok(change.number > this.last, `${change.number} after ${this.last}`)
      this.last = change.number
      if (change.kind === 'image') this.images.set(change.image.md5, change.image.owners.join())
      else if (change.kind === 'gone') this.images.delete(change.digest)
      else this.resets += 1
    }
  }
}

suite('who watches the catalog', () => {
  test('knows what is in it, whatever came and went, also after being away for a while', async t => {
    const { state } = catalogState()
    t.after(() => state.stop())
    const random = seededRandom(7)
    const pick = (below: number) => Math.floor(random() * below)
    const follower = new Follower()
    const stop = state.watch(undefined, AS_IS, follower.take)
    const returning = new Follower()
    let leave: (() => void) | undefined = state.watch(undefined, AS_IS, returning.take)
    for (let turn = 0; turn < 400; turn += 1) {
      const port = 1 + pick(5)
      const entries = Array.from({ length: 1 + pick(6) }, () => {
        const number = pick(30)
        return { md5: md5(`${number}`), name: `${number}.png` }
      })
      if (pick(3) === 0) state.end(peer(port), 'pw')
      else {
        state.register(peer(port), 'pw')
        if (pick(2) === 0) state.addImages(peer(port), 'pw', entries)
        else state.removeImages(peer(port), 'pw', entries.map(entry => entry.md5) as never)
      }
      state.commit()
      if (turn === 150) {
        await until(() => returning.last > 0)
        leave?.()
        leave = undefined
      }
      if (turn === 300) leave = state.watch(returning.last, AS_IS, returning.take)
      if (turn % 40 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    const truth = new Map((await listAll(state)).map(({ md5: digest, owners }) => [digest, owners.join()]))
    for (const each of [follower, returning]) {
      await until(() => isDeepStrictEqual(new Map([...each.images].sort()), new Map([...truth].sort())))
      assert.equal(each.resets, 0)
    }
    stop()
    leave?.()
    assert.equal(state.watcherCount, 0)
  })

  test('is told to list anew when it was away too long, or comes from another life of the server', async t => {
    const { state, catalog } = catalogState()
    t.after(() => state.stop())
    const watching = new Follower()
    const stop = state.watch(undefined, AS_IS, watching.take)
    state.register(peer(1), 'pw')
    for (let turn = 0; turn < 70_000; turn += 500) {
      const entries = Array.from({ length: 500 }, (_, index) => ({
        md5: md5(`${turn + index}`),
        name: 'a.png',
      }))
      state.addImages(peer(1), 'pw', entries)
      state.commit()
    }
    for (const after of [0, catalog.changes.last + 1]) {
      const late = new Follower()
      const leave = state.watch(after, AS_IS, changes => {
        late.last = 0
        late.take(changes)
      })
      await until(() => late.resets === 1)
      leave()
    }
    stop()
  })
})
