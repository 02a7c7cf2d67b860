import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  isSamePassword,
  PASSWORD_DIGEST_BYTES,
  writePasswordDigest,
} from '../../src/catalog/password-digest.ts'

suite('a password digest', () => {
  test('is the SHA-256 of the password: the vector of FIPS 180-4 for "abc"', () => {
    const into = Buffer.alloc(PASSWORD_DIGEST_BYTES + 2, 0xee)
    writePasswordDigest(Buffer.from('<abc>'), 1, 4, into, 1)
    assert.equal(into.toString('hex'), 'eeba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adee')
  })

  test('is told from that of any other password', () => {
    const kept = new Uint8Array(PASSWORD_DIGEST_BYTES)
    const words = Buffer.from('pässword pässworD')
    writePasswordDigest(words, 0, 9, kept, 0)
    assert.equal(isSamePassword(words, 0, 9, kept), true)
    assert.equal(isSamePassword(words, 0, 8, kept), false)
    assert.equal(isSamePassword(words, 10, 19, kept), false)
  })
})
