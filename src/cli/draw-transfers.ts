import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import { displayWidth, fitWidth } from './display-width.ts'

/** One image on its way. */
interface ShownTransfer {
  /** A stranger's text. */
  readonly name: string
  readonly owner: string
  readonly bytes: number
  /** The image's size, where somebody said it. */
  readonly size: number | undefined
  readonly bytesPerSecond: number
}

/** What is shown of a queue. */
export interface ShownTransfers {
  readonly running: readonly ShownTransfer[]
  readonly saved: number
  readonly skipped: number
  readonly failed: number
  readonly retrying: number
  readonly total: number
  /** Bytes that arrived, of finished images and running ones. */
  readonly bytes: number
  readonly bytesPerSecond: number
  /** `undefined` where nothing can be said of it. */
  readonly secondsLeft: number | undefined
  readonly isDiskFull: boolean
}

const BAR_CELLS = 16

/** Of the longest IPv4 address with its port. */
const OWNER_CELLS = 21

/** The lines of a live display, at most `rows` of them and none wider than `columns`: the transfers, then the total. */
export function drawTransfers(
  shown: ShownTransfers,
  columns: number,
  rows: number,
  messages: Messages,
): string[] {
  const { transfers } = messages
  const last = shown.isDiskFull
    ? [transfers.diskFull, totalLine(shown, messages)]
    : [totalLine(shown, messages)]
  const room = Math.max(0, rows - last.length)
  const isCut = shown.running.length > room
  const drawn = shown.running.slice(0, isCut ? Math.max(0, room - 1) : room)
  const lines = drawn.map(transfer => transferLine(transfer, columns, messages))
  if (isCut && room > 0) lines.push(transfers.more(shown.running.length - drawn.length))
  return [...lines, ...last].slice(-Math.max(1, rows)).map(line => fitWidth(line, columns))
}

/** The total in one line, which a log shows too. */
export function totalLine(shown: ShownTransfers, { transfers, counted }: Messages): string {
  const { saved, skipped, failed, retrying, total, bytes, bytesPerSecond, secondsLeft } = shown
  return [
    transfers.total(saved + skipped + failed, total, counted.bytes(bytes), counted.rate(bytesPerSecond)),
    ...(secondsLeft === undefined ? [] : [transfers.timeLeft(duration(secondsLeft))]),
    ...(skipped > 0 ? [transfers.there(skipped)] : []),
    ...(retrying > 0 ? [transfers.retrying(retrying)] : []),
    ...(failed > 0 ? [transfers.failed(failed)] : []),
  ].join(' · ')
}

function transferLine(
  { name, owner, bytes, size, bytesPerSecond }: ShownTransfer,
  columns: number,
  { counted }: Messages,
): string {
  const rate = counted.rate(bytesPerSecond).padStart(9)
  const done = size === undefined || size === 0 ? 0 : Math.min(1, bytes / size)
  const full = Math.round(done * BAR_CELLS)
  const bar =
    size === undefined
      ? counted.bytes(bytes).padStart(BAR_CELLS)
      : '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
  const right = columns >= 60 ? `  ${bar}  ${rate}  ${fitWidth(owner, OWNER_CELLS, true)}` : `  ${rate}`
  return fitWidth(printable(name), Math.max(1, columns - displayWidth(right)), true) + right.trimEnd()
}

/** `1:02:03`, `2:03`. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const [first = 0, ...rest] = parts[0] === 0 ? parts.slice(1) : parts
  return [String(first), ...rest.map(part => String(part).padStart(2, '0'))].join(':')
}
