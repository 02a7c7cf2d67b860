import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { numbersIn } from '../strain/beside-load.ts'
import type { Cores } from '../system/cores.ts'
import { type RunningProgram, runProgram } from '../system/programs.ts'
import { makeScratchFolder } from '../system/scratch-folder.ts'
import { shareFolder } from './contestants/imagep2p-transfer.ts'
import { nginxObstacle, startNginx } from './contestants/nginx.ts'
import type { ServingRun, ServingWay, TransferResults } from './transfer-results.ts'
import { makeSet, type SourceSet, type TransferSet } from './transfer-sets.ts'

/** What is asked for: files enough that they are not always the same, and that all stay in memory. */
const SERVED_SETS: readonly TransferSet[] = [
  { name: 'served-20k', title: '20 KB', files: 100, bytes: 20_000 },
  { name: 'served-5m', title: '5 MB', files: 20, bytes: 5_000_000 },
]
/** Files of each size in a quick run. */
const QUICK_FILES = 2
/** Connections at once. */
const CONNECTIONS = 32
/** Times the measured time that goes before it: a compiler at run time needs some of its seconds to be what it will be. */
const WARM_UP = 1

/** How serving is measured. */
export interface ServingPlan {
  readonly rounds: number
  readonly seconds: number
  /** Whether only a few files are served. */
  readonly quick: boolean
  /** The compiled native/file-load.c. */
  readonly fileLoad: string
  readonly cores: Cores | undefined
}

interface Server {
  readonly name: 'imagep2p' | 'nginx'
  readonly program: RunningProgram
  readonly port: number
  stop(): Promise<unknown>
}

/** Both servers with files of both sizes, by each way to ask; which one comes first changes with the round. */
export async function measureServing(
  plan: ServingPlan,
  say: (progress: string) => void,
): Promise<Pick<TransferResults, 'serving' | 'skipped'>> {
  const obstacle = await nginxObstacle()
  const serving: TransferResults['serving'][number][] = []
  const skipped = obstacle === undefined ? [] : [{ title: 'Serving by nginx', reason: obstacle }]
  for (const whole of SERVED_SETS) {
    const set = plan.quick ? { ...whole, files: QUICK_FILES } : whole
    const source = await makeSet(set, join(await makeScratchFolder(), set.name))
    const servers = await startServers(source, plan.cores?.server, obstacle === undefined)
    try {
      for (const way of ['raw', 'closed', 'kept'] as const) {
        const able = servers.filter(({ name }) => name === 'imagep2p' || way !== 'raw')
        const cells = able.map(server => ({ server, runs: [] as ServingRun[] }))
        for (let round = 0; round < plan.rounds; round += 1) {
          for (const { server, runs } of round % 2 === 0 ? cells : cells.toReversed()) {
            const title = `${set.title}, ${way}, ${server.name}`
            try {
              const run = await serveOnce(server, source, way, plan)
              runs.push(run)
              say(`${title}: ${Math.round(run.answered / run.serverSeconds)} files per CPU second`)
            } catch (fault) {
              const reason = fault instanceof Error ? fault.message : String(fault)
              say(`${title}: ${reason}`)
              if (!skipped.some(left => left.title === title)) skipped.push({ title, reason })
            }
          }
        }
        for (const { server, runs } of cells) {
          if (runs.length === plan.rounds) serving.push({ server: server.name, way, bytes: set.bytes, runs })
        }
      }
    } finally {
      await Promise.all(servers.map(server => server.stop()))
    }
  }
  return { serving, skipped }
}

async function startServers(set: SourceSet, core: number | undefined, withNginx: boolean): Promise<Server[]> {
  const scratch = await makeScratchFolder()
  const { owner, index, sharePort } = await shareFolder(set.folder, scratch, core)
  const ours: Server = {
    name: 'imagep2p',
    program: owner,
    port: sharePort,
    stop: () => owner.stop().then(() => index.stop()),
  }
  if (!withNginx) return [ours]
  const { program, port } = await startNginx({ folder: set.folder, scratch, core, isOneProcess: true })
  return [ours, { name: 'nginx', program, port, stop: () => program.stop() }]
}

async function serveOnce(
  { name, program, port }: Server,
  set: SourceSet,
  way: ServingWay,
  { seconds, fileLoad, cores }: ServingPlan,
): Promise<ServingRun> {
  const targets = join(await makeScratchFolder(), 'targets')
  await writeFile(
    targets,
    set.sources
      .map(({ md5, name: file }) =>
        way === 'raw' ? `${md5}\n` : name === 'nginx' ? `/${file}\n` : `/images/${md5}\n`,
      )
      .join(''),
  )
  const milliseconds = Math.round(seconds * 1000)
  const { stdout } = await runProgram({
    command: fileLoad,
    arguments: [
      ...[way, String(port), String(program.processId), String(CONNECTIONS)],
      ...[String(Math.round(milliseconds * WARM_UP)), String(milliseconds), String(set.bytes), targets],
    ],
    core: cores?.generator,
  })
  const run = numbersIn(stdout, ['answered', 'wrong', 'seconds', 'serverSeconds'])
  if (run === undefined) throw new Error('the load generator said nothing')
  if (run.answered === 0) throw new Error(`no file arrived whole, ${run.wrong} did not`)
  if (run.serverSeconds === 0) throw new Error('the server used no CPU time')
  return run
}
