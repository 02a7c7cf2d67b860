import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SHARED } from '../../bench/crash/crash-images.ts'
import type { CrashRequest } from '../../bench/crash/crash-request.ts'
import { effectOf, isPossible, type RegistrationState } from '../../bench/crash/registration-state.ts'

const entry = (letter: string, bytes?: number) => ({
  md5: letter.repeat(32),
  name: `${letter}.png`,
  ...(bytes !== undefined && { bytes }),
})

/** A registration of the images named by these letters, as they stand without a description. */
function holding(letters: string, password = 'pw'): RegistrationState {
  return {
    password,
    images: new Map([...letters].map(letter => [entry(letter).md5, { name: `${letter}.png`, details: {} }])),
  }
}

const list = (kind: 'REG' | 'UPD' | 'put' | 'post', letters: string, password = 'pw'): CrashRequest => ({
  kind,
  password,
  entries: [...letters].map(letter => entry(letter)),
})
const removals = (letters: string): CrashRequest => ({
  kind: 'removals',
  password: 'pw',
  digests: [...letters].map(letter => entry(letter).md5),
})

test('what was acknowledged is there as it is, or it is not', () => {
  const before = holding('abc')
  assert.ok(isPossible(before, undefined, holding('cab')))
  for (const observed of [
    holding('ab'),
    holding('abcd'),
    holding('abd'),
    holding('abc', 'other'),
    undefined,
  ]) {
    assert.equal(isPossible(before, undefined, observed), false)
  }
  const [name, details] = [holding('ab'), holding('ab')]
  const renamed = new Map([...(name?.images ?? []), [entry('c').md5, { name: 'other.png', details: {} }]])
  const described = new Map([
    ...(details?.images ?? []),
    [entry('c').md5, { name: 'c.png', details: { bytes: 5 } }],
  ])
  assert.equal(isPossible(before, undefined, { password: 'pw', images: renamed }), false)
  assert.equal(isPossible(before, undefined, { password: 'pw', images: described }), false)
  assert.ok(isPossible(undefined, undefined, undefined))
  assert.equal(isPossible(undefined, undefined, holding('')), false)
})

test('a datagram under way was taken whole or not at all', () => {
  const before = holding('abc')
  const under = list('UPD', 'cde')
  for (const letters of ['abc', 'cde']) assert.ok(isPossible(before, under, holding(letters)), letters)
  for (const letters of ['', 'c', 'cd', 'abcde', 'abcd']) {
    assert.equal(isPossible(before, under, holding(letters)), false, letters)
  }
  assert.ok(isPossible(before, { kind: 'END', password: 'pw' }, undefined))
  assert.equal(isPossible(before, { kind: 'ALV', password: 'pw' }, undefined), false)
  assert.equal(isPossible(before, list('UPD', 'cde', 'wrong'), holding('cde')), false)
  assert.equal(isPossible(before, list('UPD', 'cde', 'wrong'), holding('cde', 'wrong')), false)
  assert.ok(isPossible(undefined, list('REG', 'a', 'new'), holding('a', 'new')))
  assert.equal(isPossible(undefined, list('UPD', 'a'), holding('a')), false)
})

test('of a list of the API under way, the first part may have been taken', () => {
  const before = holding('abc')
  const cases: readonly [CrashRequest, readonly string[], readonly string[]][] = [
    [list('post', 'bdef'), ['abc', 'abcd', 'abcde', 'abcdef'], ['abcf', 'abce', 'ab', 'abcdf']],
    [removals('cxba'), ['abc', 'ab', 'a', ''], ['ac', 'bc', 'b', 'c', 'abcx']],
    [
      list('put', 'cde'),
      ['abc', 'abcd', 'abcde', 'acde', 'bcde', 'cde'],
      ['abce', 'acd', 'cd', 'de', 'abde', 'abcdef', ''],
    ],
  ]
  for (const [under, possible, impossible] of cases) {
    for (const letters of possible)
      assert.ok(isPossible(before, under, holding(letters)), `${under.kind} ${letters}`)
    for (const letters of impossible) {
      assert.equal(isPossible(before, under, holding(letters)), false, `${under.kind} ${letters}`)
    }
  }
  for (const letters of ['', 'c', 'cd', 'cde'])
    assert.ok(isPossible(undefined, list('put', 'cde'), holding(letters)))
  assert.equal(isPossible(undefined, list('post', 'cde'), holding('')), false)
})

test('the name that came first stands, and what is said of an image last', () => {
  const after = (state: RegistrationState, request: CrashRequest) => effectOf(state, request).after
  let state = after(undefined, {
    kind: 'put',
    password: 'pw',
    entries: [{ ...entry('a', 5), format: 'png' }],
  })
  state = after(state, { kind: 'post', password: 'pw', entries: [{ ...entry('a', 6), name: 'other.png' }] })
  const described = { name: 'a.png', details: { bytes: 6, format: 'png' } }
  assert.deepEqual(state?.images.get(entry('a').md5), described)
  state = after(state, list('UPD', 'ab'))
  assert.deepEqual([...(state?.images.values() ?? [])], [described, { name: 'b.png', details: {} }])
  state = after(after(state, list('UPD', 'b')), list('UPD', 'a'))
  assert.deepEqual([...(state?.images.values() ?? [])], [{ name: 'a.png', details: {} }])
  assert.equal(effectOf(state, list('UPD', 'b', 'other')).isRefused, true)
  assert.equal(after(state, { kind: 'delete', password: 'pw' }), undefined)
  assert.equal(effectOf(undefined, removals('a')).isRefused, true)
})

test('an image that others have may be described by them, and only as it always is', () => {
  const [shared] = SHARED.values()
  assert.ok(shared)
  const { md5, name, ...details } = shared
  const seen = (given: object): RegistrationState => ({
    password: 'pw',
    images: new Map([[md5, { name, details: given }]]),
  })
  assert.ok(isPossible(seen({}), undefined, seen(details)))
  assert.ok(isPossible(seen(details), undefined, seen(details)))
  assert.equal(isPossible(seen(details), undefined, seen({})), false)
  assert.equal(isPossible(seen({}), undefined, seen({ bytes: 1 })), false)
})
