import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../system/programs.ts'
import { findCompiler } from '../system/tools.ts'

/** The C programs of the bench, compiled. Each is the path of an executable. */
export interface NativePrograms {
  readonly load: string
  readonly batchEcho: string
  readonly garbage: string
  readonly flood: string
  readonly spent: string
  readonly fileLoad: string
  /** A library to preload: has calls of the file system fail. */
  readonly failingCalls: string
  /** The compiler's own first line about itself. */
  readonly compiler: string
}

const SOURCES = fileURLToPath(new URL('.', import.meta.url))
/** Ignored by git and by packing, and gone with `npm ci`. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/bench/', import.meta.url))
const FLAGS = ['-O2', '-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra'] as const

/** Compiles what is not compiled yet; `undefined` where there is no C compiler. Rejects when compiling fails. */
export async function compileNativePrograms(): Promise<NativePrograms | undefined> {
  const compiler = await findCompiler()
  if (compiler === undefined) return undefined
  const inLoad = (await readdir(join(SOURCES, 'load'))).sort().map(name => join('load', name))
  const loadSources = inLoad.filter(name => name.endsWith('.c'))
  const digest = createHash('sha256').update(compiler.version).update(FLAGS.join(' '))
  for (const name of [
    ...inLoad,
    'batch-echo.c',
    'garbage.c',
    'flood.c',
    'spent.c',
    'file-load.c',
    'failing-calls.c',
  ]) {
    digest.update(name).update(await readFile(join(SOURCES, name)))
  }
  const folder = join(CACHE, digest.digest('hex').slice(0, 16))
  await mkdir(folder, { recursive: true })
  const present = new Set(await readdir(folder))
  const compile = async (
    name: string,
    sources: readonly string[],
    flags: readonly string[] = [],
  ): Promise<string> => {
    const path = join(folder, name)
    if (present.has(name)) return path
    // Under another name first: two benches may compile at once, and a half-written program must not be run.
    const unfinished = `${path}.${process.pid}`
    await runProgram({
      command: compiler.command,
      arguments: [
        ...FLAGS,
        ...flags,
        '-o',
        unfinished,
        ...sources.map(source => join(SOURCES, source)),
        '-lm',
        '-ldl',
      ],
    })
    await rename(unfinished, path)
    return path
  }
  return {
    load: await compile('load', loadSources),
    batchEcho: await compile('batch-echo', ['batch-echo.c']),
    garbage: await compile('garbage', ['garbage.c', 'load/lanes.c']),
    flood: await compile('flood', ['flood.c', 'load/lanes.c']),
    spent: await compile('spent', ['spent.c']),
    fileLoad: await compile('file-load', ['file-load.c', 'load/server-time.c']),
    failingCalls: await compile('failing-calls.so', ['failing-calls.c'], ['-shared', '-fPIC']),
    compiler: compiler.version,
  }
}
