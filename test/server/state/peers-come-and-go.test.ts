import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { decodeIndexRequest } from '../../../src/protocol/index-request.ts'
import type { PeerIdentity } from '../../../src/server/index-state.ts'
import type { DueKind } from '../../../src/server/liveness/liveness-source.ts'
import type { CatalogState } from '../../../src/server/state/catalog-state.ts'
import { addressBytes } from '../../support/catalog-driver.ts'
import { AS_IS, catalogState, listAll } from '../../support/catalog-states.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const TIMES = { lease: 120, firstCheck: 3, check: 60, failures: 3 }

class Stage {
  readonly made = catalogState({ times: TIMES })
  readonly state: CatalogState = this.made.state

  get seconds(): number {
    return this.made.clock.seconds
  }

  pass(seconds: number): void {
    this.made.clock.seconds += seconds
  }

  say(datagram: string, address = '10.0.0.1'): string {
    const request = decodeIndexRequest(Buffer.from(datagram))
    assert.ok(request, datagram)
    return this.state.apply(request, addressBytes(address), 0, this.seconds)
  }

  due(kind: DueKind): string[] {
    return this.state
      .takeDue(this.seconds, 100, kind)
      .map(({ address, port, reason }) => `${address.subarray(12).join('.')}:${port} ${reason}`)
  }

  async names(): Promise<string[]> {
    return (await listAll(this.state)).map(({ name }) => name).sort()
  }
}

const peer = (port: number, address = '10.0.0.1'): PeerIdentity => ({ address: addressBytes(address), port })

suite('a peer under a lease', () => {
  test('is looked at once soon, and stays listed for as long as it is heard', async () => {
    const stage = new Stage()
    assert.equal(stage.say(`REG pw 1 ${md5('a')},a.png`), 'done')
    assert.equal(stage.say('ALV pw 1'), 'done')
    assert.equal(stage.say('ALV pw 1'), 'unchanged')
    assert.deepEqual(stage.due('checks'), [], 'its answer is on its way first')
    stage.pass(3)
    assert.deepEqual(stage.due('checks'), ['10.0.0.1:1 check'])
    stage.state.reached(peer(1).address, 1, stage.seconds)
    for (let turn = 0; turn < 20; turn += 1) {
      stage.pass(40)
      assert.deepEqual(stage.due('endedLeases'), [])
      assert.deepEqual(stage.due('checks'), [], 'nobody connects to it without need')
      stage.say('ALV pw 1')
    }
    assert.deepEqual(await stage.names(), ['a.png'])
  })

  test('is gone within the lease when it falls silent, and there again with all it had when it is heard', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png;${md5('b')},b.png`)
    stage.say('ALV pw 1')
    stage.state.addImages(peer(1), 'pw', [{ md5: md5('a'), name: 'a.png', bytes: 5, format: 'png' }])
    stage.say(`REG pw 2 ${md5('b')},other.png;${md5('c')},c.png`)
    stage.pass(3)
    assert.equal(stage.due('checks').length, 2)
    stage.state.reached(peer(1).address, 1, stage.seconds)
    stage.state.reached(peer(2).address, 2, stage.seconds)
    let silent = 0
    while (stage.due('endedLeases').length === 0) {
      stage.pass(1)
      silent += 1
      assert.ok(silent <= TIMES.lease, 'within the lease')
    }
    stage.state.leaseEnded(peer(1).address, 1, stage.seconds)
    assert.deepEqual(await stage.names(), ['b.png', 'c.png'])
    assert.equal(stage.state.counts().registrations, 1)
    assert.equal(stage.made.absent.size, 1)

    assert.equal(stage.say('ALV wrong 1'), 'refusedPassword')
    assert.deepEqual(await stage.names(), ['b.png', 'c.png'])
    stage.pass(1000)
    assert.equal(stage.say('ALV pw 1'), 'unchanged')
    assert.deepEqual(await stage.names(), ['a.png', 'b.png', 'c.png'])
    const [a] = await listAll(stage.state, { search: 'a.png' })
    assert.deepEqual(a, {
      md5: md5('a'),
      name: 'a.png',
      owners: ['10.0.0.1:1'],
      ownerCount: 1,
      bytes: 5,
      format: 'png',
    })
    assert.equal(stage.made.absent.size, 0)
  })

  test('is gone within the lease too when its port cannot be reached', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    stage.say('ALV pw 1')
    stage.pass(3)
    stage.due('checks')
    stage.state.unreached(peer(1).address, 1, stage.seconds)
    for (const restSeconds of [0, 11, 29, 47]) {
      stage.pass(restSeconds)
      stage.say('ALV pw 1')
      assert.deepEqual(await stage.names(), ['a.png'])
      for (let silent = 0; stage.state.counts().registrations > 0; silent += 1) {
        assert.ok(silent <= TIMES.lease, 'within the lease')
        stage.pass(1)
        for (const kind of ['endedLeases', 'checks'] as const) {
          for (const { address, port, reason } of stage.state.takeDue(stage.seconds, 9, kind)) {
            if (reason === 'leaseEnded') stage.state.leaseEnded(address, port, stage.seconds)
            else stage.state.unreached(address, port, stage.seconds)
          }
        }
      }
    }
  })

  test('is gone within the lease whatever becomes of the checks of its port, and whenever it falls silent', () => {
    const { lease, check } = TIMES
    for (const outcome of ['reached', 'unreached', 'postponed', 'waiting'] as const) {
      for (let heardFor = 1; heardFor <= lease + check; heardFor += 1) {
        const stage = new Stage()
        stage.say(`REG pw 1 ${md5('a')},a.png`)
        stage.say('ALV pw 1')
        let silent = 0
        for (let seconds = 1; stage.state.counts().registrations === 1; seconds += 1) {
          stage.pass(1)
          if (seconds < heardFor) stage.say('ALV pw 1')
          else silent += 1
          assert.ok(
            silent <= lease,
            `${outcome}: still listed ${silent} s after it was heard for ${heardFor} s`,
          )
          for (const { address, port } of stage.state.takeDue(stage.seconds, 100, 'endedLeases')) {
            stage.state.leaseEnded(address, port, stage.seconds)
          }
          // Where all checks that may be under way are, none is asked for.
          if (outcome === 'waiting') continue
          for (const { address, port } of stage.state.takeDue(stage.seconds, 100, 'checks')) {
            stage.state[outcome](address, port, stage.seconds)
          }
        }
      }
    }
  })

  test('stays away when a connection to its port stands after its lease ended: it is to be heard', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    stage.say('ALV pw 1')
    stage.pass(TIMES.lease)
    // The check is under way while the lease ends: a peer that hangs still takes connections.
    assert.deepEqual(stage.due('checks'), ['10.0.0.1:1 check'])
    assert.deepEqual(stage.due('endedLeases'), ['10.0.0.1:1 leaseEnded'])
    stage.state.leaseEnded(peer(1).address, 1, stage.seconds)
    stage.state.reached(peer(1).address, 1, stage.seconds)
    assert.deepEqual(await stage.names(), [])
    assert.equal(stage.say('ALV pw 1'), 'unchanged')
    assert.deepEqual(await stage.names(), ['a.png'])
  })

  test('keeps its lease when it was heard between the look and the end', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    stage.say('ALV pw 1')
    stage.pass(3)
    stage.due('checks')
    stage.state.reached(peer(1).address, 1, stage.seconds)
    stage.pass(100)
    assert.deepEqual(stage.due('endedLeases'), ['10.0.0.1:1 leaseEnded'])
    stage.say('ALV pw 1')
    stage.state.leaseEnded(peer(1).address, 1, stage.seconds)
    assert.deepEqual(await stage.names(), ['a.png'])
    stage.pass(TIMES.lease)
    assert.deepEqual(stage.due('endedLeases'), ['10.0.0.1:1 leaseEnded'], 'it is on the schedule again')
  })

  test('is told that its port cannot be reached, stands behind the others, and is told when it can', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    stage.say('ALV pw 1')
    stage.say(`REG pw 2 ${md5('a')},a.png`, '10.0.0.2')
    const owners = () => stage.state.image(md5('a') as never, AS_IS)?.owners
    const listed = () => Buffer.from(stage.state.listing('ipv4', AS_IS)).toString()
    assert.deepEqual(owners(), ['10.0.0.1:1', '10.0.0.2:2'])
    assert.equal(listed(), `${md5('a')},a.png,10.0.0.1:1,10.0.0.2:2`)
    stage.pass(3)
    assert.equal(stage.due('checks').length, 2)
    stage.state.unreached(peer(1).address, 1, stage.seconds)
    stage.state.reached(peer(2, '10.0.0.2').address, 2, stage.seconds)
    assert.equal(stage.state.standing(peer(1))?.reachable, false)
    stage.say('ALV pw 1')
    assert.equal(stage.state.isLastUnreachable, true)
    assert.deepEqual(owners(), ['10.0.0.2:2', '10.0.0.1:1'])
    assert.equal(listed(), `${md5('a')},a.png,10.0.0.2:2,10.0.0.1:1`)
    // It is tried again, for it may have been let through.
    let due: string[] = []
    for (let seconds = 0; due.length === 0; seconds += 1) {
      assert.ok(seconds < 200)
      stage.pass(1)
      stage.say('ALV pw 1')
      stage.due('endedLeases')
      due = stage.due('checks').filter(each => each.startsWith('10.0.0.1'))
    }
    stage.state.reached(peer(1).address, 1, stage.seconds)
    stage.say('ALV pw 1')
    assert.equal(stage.state.isLastUnreachable, false)
    assert.deepEqual(owners(), ['10.0.0.1:1', '10.0.0.2:2'])
    assert.equal(listed(), `${md5('a')},a.png,10.0.0.1:1,10.0.0.2:2`)
  })
})

suite('an old client', () => {
  test('goes after three connections in a row that did not stand, not after two, and comes back when one does', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    const check = (how: 'reached' | 'unreached') => {
      let due: string[] = []
      for (let seconds = 0; due.length === 0; seconds += 1) {
        assert.ok(seconds <= 300, 'a check is due in time')
        stage.pass(1)
        due = stage.due('checks')
      }
      stage.state[how](peer(1).address, 1, stage.seconds)
      return due
    }
    check('unreached')
    check('unreached')
    check('reached')
    check('unreached')
    assert.deepEqual(check('unreached'), ['10.0.0.1:1 check'])
    assert.deepEqual(await stage.names(), ['a.png'])
    check('unreached')
    assert.deepEqual(await stage.names(), [])
    assert.deepEqual(check('unreached'), ['10.0.0.1:1 absentCheck'])
    assert.deepEqual(await stage.names(), [])
    assert.deepEqual(check('reached'), ['10.0.0.1:1 absentCheck'])
    assert.deepEqual(await stage.names(), ['a.png'])
    assert.deepEqual(check('reached'), ['10.0.0.1:1 check'], 'and is looked after as before')
  })

  test('that is kept aside gives way to another at its address, and ends when it says so', async () => {
    const stage = new Stage()
    const goAway = (port: number) => {
      for (let failed = 0; failed < 3; ) {
        stage.pass(1)
        for (const { address, port: of } of stage.state.takeDue(stage.seconds, 100, 'checks')) {
          if (of === port) {
            failed += 1
            stage.state.unreached(address, of, stage.seconds)
          } else stage.state.reached(address, of, stage.seconds)
        }
      }
    }
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    goAway(1)
    assert.equal(stage.say(`UPD other 1 ${md5('b')},b.png`), 'refusedPassword')
    assert.equal(stage.say(`REG other 1 ${md5('b')},b.png`), 'done')
    assert.deepEqual(await stage.names(), ['b.png'])
    assert.equal(stage.made.absent.size, 0)
    stage.say(`REG pw 2 ${md5('c')},c.png`)
    goAway(2)
    assert.deepEqual(await stage.names(), ['b.png'])
    assert.equal(stage.say('END pw 2'), 'done')
    assert.equal(stage.made.absent.size, 0)
    assert.equal(stage.say('END pw 2'), 'refusedPassword')
    stage.say(`REG pw 3 ${md5('c')},c.png`)
    goAway(3)
    assert.equal(stage.say(`UPD pw 3 ${md5('d')},d.png`), 'done', 'an update is a sign of life too')
    assert.deepEqual(await stage.names(), ['b.png', 'd.png'])
  })

  test('is forgotten a day after it went', async () => {
    const stage = new Stage()
    stage.say(`REG pw 1 ${md5('a')},a.png`)
    for (let hour = 0; hour < 30 * 3600; hour += 30) {
      stage.pass(30)
      for (const { address, port } of stage.state.takeDue(stage.seconds, 100, 'checks')) {
        stage.state.unreached(address, port, stage.seconds)
      }
    }
    assert.equal(stage.made.absent.size, 0)
    assert.deepEqual(await stage.names(), [])
  })
})
