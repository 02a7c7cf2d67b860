import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { KeptQueue } from '../peer/transfers/ask-queue.ts'
import { TRANSFER_STATES, type Transfer } from '../peer/transfers/transfer.ts'
import type { TransferFlow } from '../peer/transfers/transfer-flows.ts'
import { LIMIT_NAMES, type LimitName } from '../peer/transfers/transfer-limits.ts'

const MAX_NAME_CHARACTERS = 60

/** A transfer with the number by which a person names it: its place among all that are remembered. */
interface NumberedTransfer {
  readonly number: number
  readonly transfer: Transfer
  readonly flow: TransferFlow | undefined
}

/** Every transfer of a queue with its number. */
function numbered({ transfers, flows }: KeptQueue): NumberedTransfer[] {
  const flowOf = new Map(flows.map(flow => [flow.digest, flow]))
  return transfers.map((transfer, index) => {
    return { number: index + 1, transfer, flow: flowOf.get(transfer.digest) }
  })
}

/** A limit, or that there is none, in a sentence. */
export function describeLimit(limit: LimitName, value: number, { transfers, counted }: Messages): string {
  if (limit === 'uploadSlots') return transfers.limitedTo.uploadSlots(value)
  return value === 0 ? transfers.notLimited[limit] : transfers.limitedTo[limit](counted.rate(value))
}

/** A queue for a person: what is not there yet, a line each, and then how it stands as a whole. */
export function formatQueue(queue: KeptQueue, directory: string, messages: Messages): string[] {
  const { transfers } = messages
  const all = numbered(queue)
  const { limits, isPaused } = queue.settings
  const remarks = [
    ...(isPaused ? [transfers.allPaused] : []),
    ...LIMIT_NAMES.filter(name => limits[name] > 0).map(name => describeLimit(name, limits[name], messages)),
  ]
  remarks.unshift(...formatUploads(queue, messages))
  if (all.length === 0) return [transfers.empty(directory), ...remarks]
  const width = String(all.length).length
  const shown = all.filter(({ transfer: { state } }) => state !== 'done' && state !== 'skipped')
  const counts = TRANSFER_STATES.map(state => {
    const count = all.filter(({ transfer }) => transfer.state === state).length
    return [count, transfers.states[state]] as const
  })
  return [
    queue.isWorked ? transfers.queue(directory) : transfers.queueAtRest(directory),
    ...shown.map(one => `${String(one.number).padStart(width)}  ${formatTransfer(one, messages)}`),
    transfers.counts(counts.filter(([count]) => count > 0)),
    ...remarks,
  ]
}

/** One transfer: its name, digest and state, and what there is to know of that. */
function formatTransfer({ transfer, flow }: NumberedTransfer, { transfers, counted }: Messages): string {
  const { name, digest, state, error, details } = transfer
  const size = details.bytes === undefined ? [] : [counted.bytes(details.bytes)]
  const columns = [printable(name, MAX_NAME_CHARACTERS), digest, transfers.states[state]]
  if (state === 'running' && flow !== undefined) {
    const share = details.bytes === undefined ? [] : [`${Math.floor((flow.bytes / details.bytes) * 100)} %`]
    columns.push(
      ...share,
      [counted.bytes(flow.bytes), ...size].join(' / '),
      counted.rate(flow.bytesPerSecond),
    )
    if (flow.owner !== '') columns.push(printable(flow.owner))
  } else columns.push(...size)
  if (error !== undefined) columns.push(transfers.errors[error] ?? error)
  return columns.join('  ')
}

/** What is being sent to whom, a line each. */
function formatUploads({ uploads }: KeptQueue, { sharing, counted }: Messages): string[] {
  if (uploads.length === 0) return []
  const lines = uploads.map(({ name, digest, address, size, sent, bytesPerSecond }) => {
    const progress = `${counted.bytes(Math.min(sent, size))} / ${counted.bytes(size)}`
    const to = sharing.sent(printable(name, MAX_NAME_CHARACTERS), printable(address))
    return ['', to, digest, progress, counted.rate(bytesPerSecond)].join('  ')
  })
  return [sharing.sentNow, ...lines]
}

/** The same as JSON values. */
export function jsonOfQueue(queue: KeptQueue): object[] {
  const uploads = queue.uploads.map(({ digest, name, address, size, sent, bytesPerSecond }) => {
    return { md5: digest, sending: name, to: address, bytes: sent, size, bytesPerSecond }
  })
  return [...jsonOfDownloads(queue), ...uploads]
}

function jsonOfDownloads(queue: KeptQueue): object[] {
  return numbered(queue).map(({ number, transfer, flow }) => {
    const { digest, name, state, details, bytes, attempts, error, retryAtMs, owners } = transfer
    return {
      ...{ number, md5: digest, wanted: name, state, bytes: flow?.bytes ?? bytes },
      ...(details.bytes === undefined ? {} : { size: details.bytes }),
      ...(flow === undefined ? {} : { bytesPerSecond: Math.round(flow.bytesPerSecond), owner: flow.owner }),
      ...{ owners: owners.length, attempts },
      ...(error === undefined ? {} : { error }),
      ...(retryAtMs === undefined ? {} : { at: new Date(retryAtMs).toISOString() }),
    }
  })
}
