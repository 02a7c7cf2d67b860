import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { systemReason } from '../../base/failure.ts'
import type { FollowerAnswer, FollowerOrder } from './hash-followers.ts'

/** Bytes read at once, into one buffer. */
const READ_BYTES = 256 * 1024

/** Bytes hashed before orders are looked at again: some 10 ms. */
const TURN_BYTES = 4 * 1024 ** 2

interface Followed {
  readonly id: number
  readonly fd: number
  readonly hash: Hash
  hashed: number
  prefix: number
  /** Set once no more will come. */
  size: number | undefined
}

/** A thread that hashes files up to where they are written. */
const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
const files = new Map<number, Followed>()
let isTurnDue = false

parentPort?.on('message', (order: FollowerOrder) => {
  if (order.kind === 'begin') return begin(order)
  const file = files.get(order.id)
  if (file === undefined) return
  if (order.kind === 'drop') return end(file)
  if (order.kind === 'advance') file.prefix = order.prefix
  else {
    file.size = order.size
    file.prefix = order.size
  }
  planTurn()
})

function begin({ id, path, algorithm }: Extract<FollowerOrder, { kind: 'begin' }>): void {
  try {
    const fd = openSync(path, 'r')
    files.set(id, { id, fd, hash: createHash(algorithm), hashed: 0, prefix: 0, size: undefined })
  } catch (error) {
    answer({ id, trouble: systemReason(error) })
  }
}

function planTurn(): void {
  if (isTurnDue) return
  isTurnDue = true
  setImmediate(() => {
    isTurnDue = false
    for (const file of files.values()) {
      try {
        hashSome(file)
      } catch (error) {
        answer({ id: file.id, trouble: systemReason(error) })
        end(file)
        continue
      }
      if (file.hashed < file.prefix) planTurn()
      else if (file.size !== undefined) {
        answer({ id: file.id, hex: file.hash.digest('hex') })
        end(file)
      }
    }
  })
}

function hashSome(file: Followed): void {
  const upTo = Math.min(file.prefix, file.hashed + TURN_BYTES)
  while (file.hashed < upTo) {
    const read = readSync(file.fd, buffer, 0, Math.min(READ_BYTES, upTo - file.hashed), file.hashed)
    if (read === 0) throw new Error('the file is shorter than what was written')
    file.hash.update(buffer.subarray(0, read))
    file.hashed += read
  }
}

function end(file: Followed): void {
  files.delete(file.id)
  closeSync(file.fd)
}

function answer(message: FollowerAnswer): void {
  parentPort?.postMessage(message)
}
