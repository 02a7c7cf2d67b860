import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { closeSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { systemReason } from '../base/failure.ts'
import {
  type DatagramServer,
  type DatagramServerOptions,
  FastPathUnavailableError,
} from './datagram-server.ts'
import { literalLookup, sendOrDrop } from './datagram-socket.ts'
import { asError, systemError } from './faults.ts'
import { GuardedHandler } from './guarded-handler.ts'
import {
  BATCH_SLOTS,
  bindDatagramSocket,
  DatagramSlots,
  EAGAIN,
  EINTR,
  loadSystemCalls,
  refuseSharedPort,
  type SystemCalls,
} from './linux-datagrams.ts'
import { checkListenAddress, listenWithIPv4Fallback } from './listen-address.ts'

/**
 * Datagrams received by system calls of our own in one turn of the event loop: about 3 ms of work (measured: 2.5 µs each
 * with a handler that only copies), after which timers and TCP get theirs. What `node:dgram` receives itself comes on top:
 * up to 32 (libuv's `uv__udp_recvmsg`).
 */
const DATAGRAMS_PER_TURN = 16 * BATCH_SLOTS

/** What a bind can meet that the portable path would meet as well. */
const BIND_ERRORS: ReadonlySet<string> = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'])

/**
 * Answers datagrams in batches: `node:dgram` wakes us with the first one, system calls of our own receive those behind it
 * and send the replies. Rejects with the system's error where the address cannot be bound (EADDRINUSE, EACCES,
 * EADDRNOTAVAIL), with a RangeError for what is no address, and with {@link FastPathUnavailableError} for anything else.
 *
 * koffi could watch the socket as well, without `node:dgram`; it is not faster under load, undocumented, and takes the
 * process along when the worker thread it was used in ends.
 */
export async function listenFast(
  options: DatagramServerOptions,
  loadCalls: () => Promise<SystemCalls> = loadSystemCalls,
): Promise<DatagramServer> {
  checkListenAddress(options.host, options.port)
  const calls = await loadCalls()
  try {
    return await listenWithIPv4Fallback(options.host, async host => open(calls, host, options))
  } catch (cause) {
    if (BIND_ERRORS.has(systemReason(cause))) throw cause
    throw new FastPathUnavailableError(`a socket could not be set up: ${asError(cause).message}`, { cause })
  }
}

function open(calls: SystemCalls, host: string, options: DatagramServerOptions): DatagramServer {
  const ipv6 = isIPv6(host)
  const socket = createSocket({ type: ipv6 ? 'udp6' : 'udp4', lookup: literalLookup })
  let fd: number | undefined
  let owned = false
  try {
    fd = bindDatagramSocket(calls, host, options.port)
    // As descriptor 0 it would be taken for none at all, and another port be bound.
    if (fd === 0) throw new Error('the descriptor is 0')
    socket.bind({ fd, exclusive: true })
    owned = true
    refuseSharedPort(calls, fd)
    const { address, port } = socket.address()
    const batches = new DatagramBatches(socket, new DatagramSlots(calls, fd, ipv6), options)
    return { endpoint: { address, port }, path: 'fast', close: () => batches.close() }
  } catch (fault) {
    socket.close()
    if (fd !== undefined && !owned) closeSync(fd)
    throw fault
  }
}

/** Answers what comes to one socket. */
class DatagramBatches {
  readonly #socket: Socket
  readonly #slots: DatagramSlots
  readonly #handler: GuardedHandler
  readonly #onFault: (fault: Error) => void
  readonly #onSent = (fault: Error | null): void => {
    if (fault !== null && this.#closed === undefined) this.#onFault(fault)
  }
  readonly #beginTurn = (): void => {
    this.#turnEnd = undefined
    this.#leftInTurn = DATAGRAMS_PER_TURN
  }

  #leftInTurn = DATAGRAMS_PER_TURN
  #turnEnd: NodeJS.Immediate | undefined
  #working = false
  #closed: Promise<void> | undefined
  #closeSocket: (() => void) | undefined

  constructor(socket: Socket, slots: DatagramSlots, { handler, onFault }: DatagramServerOptions) {
    this.#socket = socket
    this.#slots = slots
    this.#onFault = onFault
    this.#handler = new GuardedHandler(handler, onFault)
    socket.on('message', (datagram: Buffer, from: RemoteInfo) => this.#wake(datagram, from))
    socket.on('error', onFault)
  }

  close(): Promise<void> {
    this.#closed ??= new Promise(resolve => {
      this.#closeSocket = () => {
        clearImmediate(this.#turnEnd)
        this.#socket.close(() => resolve())
      }
      if (!this.#working) this.#closeSocket()
    })
    return this.#closed
  }

  /** Answers the datagram that `node:dgram` received, and those that wait behind it. */
  #wake(first: Buffer, from: RemoteInfo): void {
    this.#working = true
    try {
      let filled = this.#slots.put(0, first, from.address, from.port) ? 1 : 0
      let received: number
      do {
        received = this.#leftInTurn > 0 ? this.#receive(filled) : 0
        if (filled + received > 0) this.#answer(filled + received)
        filled = 0
        // Until the socket is empty, not only while batches are full: a look more costs less than being woken again.
      } while (received > 0 && this.#closed === undefined)
    } finally {
      this.#working = false
      this.#closeSocket?.()
    }
  }

  /** Receives into the slots from `firstSlot` on and returns how many. */
  #receive(firstSlot: number): number {
    const received = this.#slots.receive(firstSlot)
    if (received <= 0) {
      // After EINTR too there is nothing to do: what still waits wakes us again.
      if (received < 0 && received !== -EAGAIN && received !== -EINTR) {
        this.#onFault(systemError('recvmmsg', -received))
      }
      return 0
    }
    this.#turnEnd ??= setImmediate(this.#beginTurn)
    this.#leftInTurn -= received
    return received
  }

  /** Answers the slots before `filled`, commits, and lets the replies go. */
  #answer(filled: number): void {
    const slots = this.#slots
    const { datagrams, sources, replies } = slots
    let replied = 0
    for (let slot = 0; slot < filled; slot += 1) {
      if (!slots.isAnswerable(slot)) continue
      const length = this.#handler.answer(
        datagrams,
        slots.start(slot),
        slots.end(slot),
        sources,
        slots.sourceOffset(slot),
        replies,
        slots.replyStart(replied),
      )
      if (length < 0) continue
      slots.addressReply(replied, slot, length)
      replied += 1
    }
    if (this.#handler.commit()) this.#send(replied)
  }

  #send(end: number): void {
    let position = 0
    while (position < end) {
      const sent = this.#slots.send(position, end)
      if (sent > 0) {
        position += sent
      } else if (sent === -EAGAIN) {
        this.#leaveToSocket(position, end)
        return
      } else if (sent !== -EINTR) {
        const address = this.#slots.replyAddress(position)
        this.#onFault(systemError('sendmmsg', -sent, address, this.#slots.replyPort(position)))
        position += 1
      }
    }
  }

  /** Has `node:dgram` send the replies in `[position, end)` as soon as there is room. */
  #leaveToSocket(position: number, end: number): void {
    let dropped = 0
    for (; position < end; position += 1) {
      const address = this.#slots.replyAddress(position)
      const reply = this.#slots.copyReply(position)
      const port = this.#slots.replyPort(position)
      if (address === undefined || !sendOrDrop(this.#socket, reply, port, address, this.#onSent)) dropped += 1
    }
    if (dropped > 0) this.#onFault(new Error(`${dropped} replies dropped: too many wait for the network`))
  }
}
