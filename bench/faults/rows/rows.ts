import type { FaultRow } from '../fault-row.ts'
import { callFails, callsFail, diskFull } from './file-systems.ts'
import { downloaderKilled, ownerKilled } from './kills.ts'
import { connectionCut, everyConnectionCut, ownerStalls, wrongBytes, wrongBytesAlone } from './lines.ts'
import { allDisappear, crowd, fileChanged, ownerDisappears } from './owners.ts'

/** Every row of the table, in its order. */
export const FAULT_ROWS: readonly FaultRow[] = [
  ...[downloaderKilled, ownerKilled],
  ...[connectionCut, everyConnectionCut, ownerStalls],
  ...[wrongBytes, wrongBytesAlone],
  ...[ownerDisappears, allDisappear, fileChanged],
  ...[diskFull, crowd, callFails, callsFail],
]
