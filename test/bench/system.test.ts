import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portIn } from '../../bench/subjects/listening.ts'
import { parseCoreList } from '../../bench/system/cores.ts'
import { parseCpuSeconds, parseMemory } from '../../bench/system/process-usage.ts'
import { parseUdpSockets } from '../../bench/system/udp-sockets.ts'

test('CPU time is read behind a name with spaces and brackets', () => {
  const stat = '6686 (node (main) x) S 1 6686 6686 0 -1 4194304 100 0 0 0 1234 766 9 9 20 0 5 0 1000 1 2'
  assert.equal(parseCpuSeconds(stat), 20)
})

test('memory is read in bytes, and is undefined of a process that has ended', () => {
  const status = 'Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n'
  assert.equal(parseMemory(status, 'VmRSS'), 1_048_576)
  assert.equal(parseMemory(status, 'VmHWM'), 2_097_152)
  assert.equal(parseMemory('Name:\tnode\nState:\tZ (zombie)\n', 'VmRSS'), undefined)
})

test('port, inode and drops are read out of /proc/net/udp', () => {
  const text = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    '  752: 0100007F:9961 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 11115 2 000000009b0bbbf8 12',
    '',
  ].join('\n')
  assert.deepEqual(parseUdpSockets(text), [{ port: 0x9961, inode: '11115', drops: 12 }])
})

test('lists of cores', () => {
  assert.deepEqual(parseCoreList('0-2,5\n'), [0, 1, 2, 5])
  assert.deepEqual(parseCoreList('3'), [3])
  assert.deepEqual(parseCoreList(''), [])
})

test('only the line that tells of listening names a port', () => {
  assert.equal(portIn('{"event":"listening","port":13377}'), 13_377)
  assert.equal(portIn('{"event":"started","port":1}'), undefined)
  assert.equal(portIn('{"event":"listening","port":"1"}'), undefined)
  assert.equal(portIn('listening on 13377'), undefined)
  assert.equal(portIn('null'), undefined)
})
