/** `npm run profile`: says where the index server's time goes under each kind of load. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argv, exit, stderr } from 'node:process'
import { startContestant } from './measure/contestant.ts'
import { runRound } from './measure/round.ts'
import { BASE_CATALOG, WORKLOADS, type Workload } from './measure/workloads.ts'
import { readCpuProfile, type TimeSpent } from './profile/cpu-profile.ts'
import { markdownTable } from './report/markdown-table.ts'
import { PROJECT_FOLDER } from './report/report-files.ts'
import { imagep2p } from './subjects/imagep2p.ts'
import { prepareMachine } from './surroundings.ts'
import { makeScratchFolder } from './system/scratch-folder.ts'

const NAMES = ['list', 'register-2', 'update-2', 'register-40', 'update-40']
const CATALOGS = [BASE_CATALOG, 1_000_000]
const TIMES = { warmUpMs: 1000, measuredMs: 4000 }
/** Functions shown of each profile. */
const FUNCTIONS = 12

if (argv.length > 2) {
  stderr.write('npm run profile takes no options; it writes docs/server-profile.md.\n')
  exit(2)
}
const prepared = await prepareMachine(false)
const found: { readonly title: string; readonly spent: TimeSpent }[] = []
for (const name of NAMES) {
  const workload = WORKLOADS.find(one => one.name === name)
  if (workload === undefined) throw new Error(`there is no workload ${name}`)
  for (const catalog of CATALOGS) {
    stderr.write(`${workload.title}, ${catalog} images\n`)
    const title = `${workload.title} (catalog: ${catalog.toLocaleString('en')})`
    found.push({ title, spent: await profile(workload, catalog) })
  }
}
prepared.close()
await writeFile(join(PROJECT_FOLDER, 'docs', 'server-profile.md'), page())

async function profile(workload: Workload, catalog: number): Promise<TimeSpent> {
  const folder = await makeScratchFolder()
  const contestant = await startContestant(imagep2p, catalog, prepared.surroundings, {
    nodeArguments: ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', '500'],
  })
  try {
    await runRound(contestant, workload, TIMES, 0, prepared.surroundings)
  } finally {
    // The profile is written when the server ends by itself, on the signal.
    await contestant.stop()
  }
  const [file] = (await readdir(folder)).filter(entry => entry.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error('the server left no profile')
  return readCpuProfile(await readFile(join(folder, file), 'utf8'))
}

function page(): string {
  const areas = [...new Set(found.flatMap(({ spent }) => spent.areas.map(([name]) => name)))]
  const percent = (share: number | undefined) =>
    share === undefined ? undefined : `${(share * 100).toFixed(1)} %`
  const byArea = markdownTable({
    columns: [{ heading: 'Requests', figures: false }, ...areas.map(heading => ({ heading, figures: true }))],
    rows: found.map(({ title, spent }) => [
      title,
      ...areas.map(area => percent(new Map(spent.areas).get(area))),
    ]),
  })
  const byFunction = found.map(({ title, spent }) => {
    const columns = [
      { heading: 'Function', figures: false },
      { heading: 'Time', figures: true },
    ]
    const rows = spent.functions.slice(0, FUNCTIONS).map(([name, share]) => [name, percent(share)])
    return `## ${title}\n\n${markdownTable({ columns, rows })}`
  })
  return [
    '# Where the index server’s time goes',
    '',
    'Written by `npm run profile`; change `bench/`, not this page. Parts of the time the server was busy, filling the catalog included, by V8’s sampling',
    'profiler. Inlined functions count to their callers.',
    '',
    byArea,
    ...byFunction,
  ].join('\n')
}
