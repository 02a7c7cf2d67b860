import assert from 'node:assert/strict'
import test from 'node:test'
import { LOOK_AGAIN_MS, LOOK_AGAIN_SOON_MS, ServerAbility } from '../../src/peer/server-ability.ts'

test('what is not known is worth trying, and what was found stays so', () => {
  const ability = new ServerAbility()
  assert.deepEqual([ability.isKnown, ability.isThere, ability.wasThere], [false, false, false])
  assert.ok(ability.isWorthTrying(0))
  ability.found()
  assert.deepEqual([ability.isKnown, ability.isThere, ability.wasThere], [true, true, true])
  assert.ok(ability.isWorthTrying(1e12))
})

test('what a server lacks is looked for again after a while: it may have been upgraded', () => {
  const ability = new ServerAbility()
  ability.missed(1000)
  assert.deepEqual([ability.isKnown, ability.isThere, ability.wasThere], [true, false, false])
  assert.ok(!ability.isWorthTrying(1000))
  assert.ok(!ability.isWorthTrying(1000 + LOOK_AGAIN_MS - 1))
  assert.ok(ability.isWorthTrying(1000 + LOOK_AGAIN_MS))
})

test('what it had before is looked for again soon, and less and less often', () => {
  const ability = new ServerAbility()
  ability.found()
  let nowMs = 0
  for (const times of [1, 2, 4, 8, 16, 32, 40, 40]) {
    ability.missed(nowMs)
    assert.ok(ability.wasThere && !ability.isThere)
    nowMs += times * LOOK_AGAIN_SOON_MS
    assert.ok(!ability.isWorthTrying(nowMs - 1), String(times))
    assert.ok(ability.isWorthTrying(nowMs), String(times))
  }
  assert.equal(40 * LOOK_AGAIN_SOON_MS, LOOK_AGAIN_MS)
  assert.equal(ability.missesInARow, 8)
  ability.found()
  assert.equal(ability.missesInARow, 0)
  ability.missed(nowMs)
  assert.ok(ability.isWorthTrying(nowMs + LOOK_AGAIN_SOON_MS))
})

test('what it ought to have is looked for soon, although it was never seen', () => {
  const ability = new ServerAbility()
  ability.missed(0, true)
  assert.ok(ability.isWorthTrying(LOOK_AGAIN_SOON_MS))
})

test('of a server that was restarted nothing is known', () => {
  const ability = new ServerAbility()
  ability.found()
  ability.missed(0)
  ability.forget()
  assert.deepEqual([ability.isKnown, ability.wasThere, ability.missesInARow], [false, false, 0])
  assert.ok(ability.isWorthTrying(0))
})
