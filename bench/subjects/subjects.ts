import { batchEcho } from './batch-echo.ts'
import { dgramEcho } from './dgram-echo.ts'
import { imagep2p, imagep2pJournal, imagep2pPortable } from './imagep2p.ts'
import { opentracker } from './opentracker.ts'
import { pythonServer } from './python-server.ts'
import type { Subject } from './subject.ts'

/** Everything that is measured side by side, in the order of the table's columns. */
export const SUBJECTS: readonly Subject[] = [
  imagep2p,
  imagep2pPortable,
  imagep2pJournal,
  batchEcho,
  dgramEcho,
  pythonServer,
  opentracker,
]
