import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TransferContestant } from '../transfer-contestant.ts'
import type { SourceFile } from '../transfer-sets.ts'
import { findProgram } from './find-program.ts'
import { webContestant } from './web-contestant.ts'

/** Files under way at once. */
const AT_ONCE = 8
/** `md5sum` processes: one for each core of the machine the bounds were written for. */
const CHECKERS = 2

/** The bound: curl from nginx with keep-alive, then `md5sum` on both cores. */
export const curlThenMd5sum: TransferContestant = webContestant({
  name: 'curl',
  title: 'curl from nginx, then md5sum',
  kind: 'bound',
  command: 'curl',
  debianPackage: 'curl',
  async download(origin, { set, into, scratch }) {
    const files = join(scratch, 'curl.conf')
    await writeFile(
      files,
      set.sources.map(({ name }) => `url = "${origin}/${name}"\noutput = "${join(into, name)}"\n`).join(''),
    )
    const lists = Array.from({ length: Math.min(CHECKERS, set.files) }, (_, part) =>
      join(scratch, `sums-${part}`),
    )
    for (const [part, list] of lists.entries()) {
      await writeFile(
        list,
        checkList(
          set.sources.filter((_, index) => index % lists.length === part),
          into,
        ),
      )
    }
    const fetching = `curl --silent --show-error --fail --parallel --parallel-max ${AT_ONCE} --config ${files}`
    const checking = `printf '%s\\0' ${lists.join(' ')} | xargs -0 -P ${CHECKERS} -n 1 md5sum --check --quiet --strict`
    return { command: 'sh', arguments: ['-c', `${fetching} && ${checking}`] }
  },
})

/** What `md5sum --check` reads. */
function checkList(sources: readonly SourceFile[], folder: string): string {
  return sources.map(({ name, md5 }) => `${md5}  ${join(folder, name)}\n`).join('')
}

/** What only reading and hashing takes, by one process: nothing is downloaded. */
export const md5sumAlone: TransferContestant = {
  name: 'md5sum',
  title: 'md5sum alone, nothing downloaded',
  kind: 'yardstick',
  async obstacle() {
    return findProgram('md5sum', 'coreutils')
  },
  async prepare({ set, scratch }) {
    const list = join(scratch, 'sums')
    await writeFile(list, checkList(set.sources, set.folder))
    return {
      owners: [],
      helpers: [],
      download: { command: 'md5sum', arguments: ['--check', '--quiet', '--strict', list] },
    }
  },
}
