import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { processUsage } from '../../bench/system/process-usage.ts'
import { runProgram, startProgram } from '../../bench/system/programs.ts'

const PROGRAMS = new URL('../../bench/system/programs.ts', import.meta.url).href
const FOR_EVER = 'setInterval(() => undefined, 1000)'

test('a program that ends before it says what is awaited is told with its complaint', async () => {
  const program = await startProgram({
    command: process.execPath,
    arguments: [
      '-e',
      'console.log("other"); console.error("at all\\nError: no port\\nat once"); process.exit(3)',
    ],
  })
  await assert.rejects(
    program.readLine(line => (line === 'listening' ? true : undefined)),
    /ended with 3: Error: no port$/,
  )
})

test('a program that cannot be started, or fails, rejects', async () => {
  await assert.rejects(startProgram({ command: '/nowhere/to/be/found', arguments: [] }), /ENOENT/)
  await assert.rejects(
    runProgram({ command: process.execPath, arguments: ['-e', 'console.error("gone"); process.exit(2)'] }),
    /node ended with 2: gone$/,
  )
  await assert.rejects(runProgram({ command: '/nowhere/to/be/found', arguments: [] }), /ENOENT/)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`what was started is gone after ${signal}`, {
    skip: process.platform === 'linux' ? false : 'whether a process is there is read from /proc',
  }, async () => {
    const parent = await startProgram({
      command: process.execPath,
      arguments: [
        '--input-type=module',
        '-e',
        `import { startProgram } from '${PROGRAMS}'
        const child = await startProgram({ command: process.execPath, arguments: ['-e', '${FOR_EVER}'] })
        console.log(child.processId)
        ${FOR_EVER}`,
      ],
    })
    const child = await parent.readLine(line => Number(line) || undefined)
    assert.ok(processUsage(child))
    process.kill(parent.processId, signal)
    await parent.ended
    while (processUsage(child) !== undefined) await delay(10)
  })
}
