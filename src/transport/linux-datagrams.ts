/**
 * Batches of datagrams on Linux, by system calls that Node does not offer: recvmmsg(2) and sendmmsg(2) through koffi.
 * This is the only module that calls C or knows where bytes lie in memory. What it relies on, and must keep true:
 *
 * 1. All memory the kernel is told of is one ArrayBuffer per socket. V8 never moves the bytes of an ArrayBuffer, so the
 *    addresses written into it once stay right. Each call is handed a view of that very ArrayBuffer, never a bare
 *    address, so it cannot be collected while the kernel reads or writes it.
 * 2. The kernel keeps no address beyond the call: both calls copy, on a socket that never blocks.
 * 3. Headers and addresses are written when the memory is made; later only lengths change, and none exceeds its slot.
 *    Handlers get views of datagrams, replies and source addresses, never of the headers.
 * 4. The kernel overwrites `msg_namelen` with what it wrote, so it is set anew before the slot receives again.
 * 5. A descriptor that was closed may be another file's by the next call: whoever closes it makes no call after that.
 * 6. `errno` is read right after the call that failed, before anything else that could set it.
 * 7. The layouts below are those of every 64-bit little-endian Linux; others are refused. glibc and the kernel have
 *    `size_t` where musl has `int` and padding (`msg_iovlen`, `msg_controllen`): with the upper half zero it is the same,
 *    though musl's sendmmsg sends one datagram after the other.
 *    The functions are looked up in the running program, which has its C library loaded, whatever that is called.
 *
 * ```
 * struct mmsghdr, 64 bytes                       struct iovec, 16      struct sockaddr_in6, 28   struct sockaddr_in, 16
 *  0 void     *msg_name       32 msg_control      0 void  *iov_base     0 u16 sin6_family         0 u16 sin_family
 *  8 u32       msg_namelen    40 msg_controllen   8 size_t iov_len      2 u16 sin6_port, network  2 u16 sin_port, network
 * 16 iovec    *msg_iov        48 int msg_flags                          4 u32 sin6_flowinfo       4 u8  sin_addr[4]
 * 24 size_t    msg_iovlen     56 u32 msg_len                            8 u8  sin6_addr[16]       8 u8  sin_zero[8]
 *                                                                      24 u32 sin6_scope_id
 * ```
 */

import { closeSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { formatAddress, isIPv4Mapped, writeAddress } from '../protocol/ip-address.ts'
import { FastPathUnavailableError } from './datagram-server.ts'
import { RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES } from './datagram-socket.ts'
import { asError, systemError } from './faults.ts'
import { scopeId } from './listen-address.ts'

/** The C library's functions of these names, and `errno` of the last one that failed. Tests put faults in between. */
export interface SystemCalls {
  socket(domain: number, type: number, protocol: number): number
  setsockopt(fd: number, level: number, option: number, value: Int32Array, valueBytes: number): number
  bind(fd: number, address: Uint8Array, addressBytes: number): number
  /** `headers` are the `struct mmsghdr` to fill, of which there are `count`. */
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number
  /** `headers` are the `struct mmsghdr` to send, of which there are `count`; may send fewer. */
  sendmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number
  errno(): number
  /** Where the first byte of `memory` lies. */
  addressOf(memory: ArrayBuffer): bigint
}

/** Where a process runs, as `process` says it. */
export interface Platform {
  readonly platform: string
  readonly arch: string
}

type Koffi = Pick<typeof import('koffi'), 'address' | 'errno' | 'load'>

/** Loads the system calls; rejects with {@link FastPathUnavailableError} where there are none. */
export async function loadSystemCalls(
  { platform, arch }: Platform = process,
  importKoffi: () => Promise<Koffi> = () => import('koffi'),
): Promise<SystemCalls> {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new FastPathUnavailableError(`only on Linux on x64 and arm64, not on ${platform} on ${arch}`)
  }
  try {
    const koffi = await importKoffi()
    const program = koffi.load(null)
    const recvmmsg = program.func('int recvmmsg(int, void *, unsigned int, int, void *)')
    return {
      socket: program.func('int socket(int, int, int)'),
      setsockopt: program.func('int setsockopt(int, int, int, void *, unsigned int)'),
      bind: program.func('int bind(int, void *, unsigned int)'),
      recvmmsg: (fd, headers, count, flags) => recvmmsg(fd, headers, count, flags, null),
      sendmmsg: program.func('int sendmmsg(int, void *, unsigned int, int)'),
      errno: () => koffi.errno(),
      addressOf: memory => koffi.address(memory),
    }
  } catch (cause) {
    throw new FastPathUnavailableError(`koffi cannot be used: ${asError(cause).message}`, { cause })
  }
}

/** The error numbers the fast path tells apart; the same on x64 and arm64 (asm-generic/errno-base.h). */
export const EINTR = 4
/** The receive buffer is empty, or the send buffer full. */
export const EAGAIN = 11
const EINVAL = 22

const AF_INET = 2
const AF_INET6 = 10
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_SNDBUF = 7
const SO_RCVBUF = 8
const SO_SNDBUFFORCE = 32
const SO_RCVBUFFORCE = 33
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40

/** A UDP socket bound to `host` (an IP address) and `port`. The caller closes it. Throws the system's error. */
export function bindDatagramSocket(calls: SystemCalls, host: string, port: number): number {
  const ipv6 = isIPv6(host)
  const fd = calls.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  if (fd < 0) throw systemError('socket', calls.errno())
  try {
    if (ipv6 && !setOption(calls, fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
      throw systemError('setsockopt', calls.errno())
    }
    // Beyond the machine's limit where this process may (CAP_NET_ADMIN), up to it elsewhere.
    if (!setOption(calls, fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)) {
      setOption(calls, fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    }
    if (!setOption(calls, fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES)) {
      setOption(calls, fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES)
    }
    const name = Buffer.from(new ArrayBuffer(NAME_CELL_BYTES))
    if (!writeName(name, 0, ipv6, host, port)) throw systemError('bind', EINVAL, host, port)
    if (calls.bind(fd, name, nameBytes(ipv6)) !== 0) throw systemError('bind', calls.errno(), host, port)
    return fd
  } catch (fault) {
    closeSync(fd)
    throw fault
  }
}

/**
 * Takes back SO_REUSEADDR, which libuv sets on every descriptor it is given: with it, any process on this machine could
 * bind the same port as well and be sent our datagrams.
 */
export function refuseSharedPort(calls: SystemCalls, fd: number): void {
  if (!setOption(calls, fd, SOL_SOCKET, SO_REUSEADDR, 0)) throw systemError('setsockopt', calls.errno())
}

function setOption(calls: SystemCalls, fd: number, level: number, option: number, value: number): boolean {
  return calls.setsockopt(fd, level, option, Int32Array.of(value), Int32Array.BYTES_PER_ELEMENT) === 0
}

/**
 * Bytes from one `sockaddr` to the next. A `sockaddr_in6` takes 28 of them; a `sockaddr_in` 16, and behind it stands the
 * same address as the 16 bytes that handlers are given.
 */
const NAME_CELL_BYTES = 32
const NAME_WORDS = NAME_CELL_BYTES / 4

function nameBytes(ipv6: boolean): number {
  return ipv6 ? 28 : 16
}

/** Where the 16 bytes of the address stand in a cell. */
function addressAt(ipv6: boolean): number {
  return ipv6 ? 8 : 16
}

/** Writes the `sockaddr` of an IP address in text form; false for an address of an unknown zone. */
function writeName(names: Buffer, cell: number, ipv6: boolean, address: string, port: number): boolean {
  const scope = scopeId(address)
  if (scope === undefined) return false
  names.fill(0, cell, cell + NAME_CELL_BYTES)
  names.writeUInt16LE(ipv6 ? AF_INET6 : AF_INET, cell)
  names.writeUInt16BE(port, cell + 2)
  if (!writeAddress(address, names, cell + addressAt(ipv6))) return false
  if (ipv6) names.writeUInt32LE(scope, cell + 24)
  else names.copy(names, cell + 4, cell + 28, cell + 32)
  return true
}

/**
 * Datagrams received, answered and sent in one go. More save nothing (measured: 32, 64 and 128 are alike within 4 %, 128
 * the slowest) but make one commit serve more answers. The memory is 8 MiB, of which the system gives only the pages that
 * were ever written to.
 */
export const BATCH_SLOTS = 64

/** Bytes of one datagram's memory: above MAX_DATAGRAM_BYTES, and above the 65,527 of IPv6, so that none is cut. */
const SLOT_BYTES = 65_536

/**
 * Bytes from one slot to the next. Slots a power of two apart would all begin in the same set of the processor's caches,
 * which hold eight of them: with 33 cache lines more, 64 slots begin in 64 different ones.
 */
const SLOT_STRIDE_BYTES = SLOT_BYTES + 33 * 64

const HEADER_BYTES = 64
const HEADER_WORDS = HEADER_BYTES / 4
const VECTOR_BYTES = 16
const VECTOR_WORDS = VECTOR_BYTES / 4
/** Words of a header and of a vector, counted from its first. */
const NAME_LENGTH_WORD = 2
const FLAGS_WORD = 12
const MESSAGE_LENGTH_WORD = 14
const VECTOR_LENGTH_WORD = 2

/** The memory of one socket's batches: received datagrams, their sources, and replies, each in BATCH_SLOTS slots. */
export class DatagramSlots {
  /** The received datagrams, see {@link start} and {@link end}. */
  readonly datagrams: Buffer
  /** Holds the 16 bytes of each source, see {@link sourceOffset}. */
  readonly sources: Buffer
  /** The replies, see {@link replyStart}. */
  readonly replies: Buffer

  readonly #calls: SystemCalls
  readonly #fd: number
  readonly #ipv6: boolean
  readonly #nameBytes: number
  /** Views of the one ArrayBuffer: the headers from slot i on, and everything as words. */
  readonly #receiveHeaders: readonly Uint8Array[]
  readonly #sendHeaders: readonly Uint8Array[]
  readonly #receiveWords: Int32Array
  readonly #replyVectorWords: Int32Array
  readonly #nameWords: Int32Array

  /** Slots for the socket `fd`, which is IPv6 (then its IPv4 clients are mapped addresses) or IPv4. */
  constructor(calls: SystemCalls, fd: number, ipv6: boolean) {
    this.#calls = calls
    this.#fd = fd
    this.#ipv6 = ipv6
    this.#nameBytes = nameBytes(ipv6)

    const sendHeadersAt = BATCH_SLOTS * HEADER_BYTES
    const receiveVectorsAt = sendHeadersAt + BATCH_SLOTS * HEADER_BYTES
    const sendVectorsAt = receiveVectorsAt + BATCH_SLOTS * VECTOR_BYTES
    const namesAt = sendVectorsAt + BATCH_SLOTS * VECTOR_BYTES
    const datagramsAt = namesAt + BATCH_SLOTS * NAME_CELL_BYTES
    const repliesAt = datagramsAt + BATCH_SLOTS * SLOT_STRIDE_BYTES
    const memory = new ArrayBuffer(repliesAt + BATCH_SLOTS * SLOT_STRIDE_BYTES)

    this.datagrams = Buffer.from(memory, datagramsAt, BATCH_SLOTS * SLOT_STRIDE_BYTES)
    this.sources = Buffer.from(memory, namesAt, BATCH_SLOTS * NAME_CELL_BYTES)
    this.replies = Buffer.from(memory, repliesAt, BATCH_SLOTS * SLOT_STRIDE_BYTES)
    this.#receiveWords = new Int32Array(memory, 0, BATCH_SLOTS * HEADER_WORDS)
    this.#replyVectorWords = new Int32Array(memory, sendVectorsAt, BATCH_SLOTS * VECTOR_WORDS)
    this.#nameWords = new Int32Array(memory, namesAt, BATCH_SLOTS * NAME_WORDS)

    const base = calls.addressOf(memory)
    const fields = new DataView(memory)
    const pointAt = (field: number, at: number) => fields.setBigUint64(field, base + BigInt(at), true)
    const receiveHeaders: Uint8Array[] = []
    const sendHeaders: Uint8Array[] = []
    for (let slot = 0; slot < BATCH_SLOTS; slot += 1) {
      for (const [headersAt, vectorsAt, bytesAt, length, views] of [
        [0, receiveVectorsAt, datagramsAt, SLOT_BYTES, receiveHeaders],
        [sendHeadersAt, sendVectorsAt, repliesAt, 0, sendHeaders],
      ] as const) {
        const header = headersAt + slot * HEADER_BYTES
        const vector = vectorsAt + slot * VECTOR_BYTES
        pointAt(header, namesAt + slot * NAME_CELL_BYTES)
        fields.setUint32(header + 8, this.#nameBytes, true)
        pointAt(header + 16, vector)
        fields.setUint32(header + 24, 1, true)
        pointAt(vector, bytesAt + slot * SLOT_STRIDE_BYTES)
        fields.setUint32(vector + 8, length, true)
        views.push(new Uint8Array(memory, header, (BATCH_SLOTS - slot) * HEADER_BYTES))
      }
      if (!ipv6) writeAddress('0.0.0.0', this.sources, this.sourceOffset(slot))
    }
    this.#receiveHeaders = receiveHeaders
    this.#sendHeaders = sendHeaders
  }

  /** Where the datagram of `slot` begins in {@link datagrams}. */
  start(slot: number): number {
    return slot * SLOT_STRIDE_BYTES
  }

  /** Where the datagram of `slot` ends in {@link datagrams}. */
  end(slot: number): number {
    return slot * SLOT_STRIDE_BYTES + (this.#receiveWords[slot * HEADER_WORDS + MESSAGE_LENGTH_WORD] ?? 0)
  }

  /** Where the 16 bytes of the address that sent the datagram of `slot` stand in {@link sources}. */
  sourceOffset(slot: number): number {
    return slot * NAME_CELL_BYTES + addressAt(this.#ipv6)
  }

  /** Where the reply at `position` begins in {@link replies}. */
  replyStart(position: number): number {
    return position * SLOT_STRIDE_BYTES
  }

  /** Whether the datagram of `slot` is whole and can be answered: nothing can be sent to port 0. */
  isAnswerable(slot: number): boolean {
    const flags = this.#receiveWords[slot * HEADER_WORDS + FLAGS_WORD] ?? 0
    return (flags & MSG_TRUNC) === 0 && ((this.#nameWords[slot * NAME_WORDS] ?? 0) & 0xff_ff_00_00) !== 0
  }

  /** Puts a datagram that came another way into `slot`; false for a source that no reply can be addressed to. */
  put(slot: number, datagram: Buffer, address: string, port: number): boolean {
    if (!writeName(this.sources, slot * NAME_CELL_BYTES, this.#ipv6, address, port)) return false
    this.#receiveWords[slot * HEADER_WORDS + MESSAGE_LENGTH_WORD] = datagram.copy(
      this.datagrams,
      this.start(slot),
      0,
      SLOT_BYTES,
    )
    this.#receiveWords[slot * HEADER_WORDS + FLAGS_WORD] = 0
    return true
  }

  /** Receives what waits into the slots from `firstSlot` on: their number, or the negative `errno`. */
  receive(firstSlot: number): number {
    const headers = this.#receiveHeaders[firstSlot]
    if (headers === undefined) return 0
    const received = this.#calls.recvmmsg(this.#fd, headers, BATCH_SLOTS - firstSlot, MSG_DONTWAIT)
    if (received < 0) return -this.#calls.errno()
    for (let slot = firstSlot; slot < firstSlot + received; slot += 1) {
      this.#receiveWords[slot * HEADER_WORDS + NAME_LENGTH_WORD] = this.#nameBytes
      if (!this.#ipv6) {
        this.#nameWords[slot * NAME_WORDS + 7] = this.#nameWords[slot * NAME_WORDS + 1] ?? 0
      }
    }
    return received
  }

  /**
   * Readies the `length` bytes of the reply at `position` for the source of `slot`. Positions are used from 0 on without
   * gap and never pass the slots answered, whose sources they replace.
   */
  addressReply(position: number, slot: number, length: number): void {
    this.#replyVectorWords[position * VECTOR_WORDS + VECTOR_LENGTH_WORD] = length
    if (position === slot) return
    for (let word = 0; word < NAME_WORDS; word += 1) {
      this.#nameWords[position * NAME_WORDS + word] = this.#nameWords[slot * NAME_WORDS + word] ?? 0
    }
  }

  /** Sends the replies in `[position, end)`: the number of those sent, at least one, or the negative `errno` of the first. */
  send(position: number, end: number): number {
    const headers = this.#sendHeaders[position]
    if (headers === undefined) return 0
    const sent = this.#calls.sendmmsg(this.#fd, headers, end - position, MSG_DONTWAIT)
    return sent < 0 ? -this.#calls.errno() : sent
  }

  /** A copy of the reply at `position`. */
  copyReply(position: number): Buffer {
    const start = this.replyStart(position)
    const length = this.#replyVectorWords[position * VECTOR_WORDS + VECTOR_LENGTH_WORD] ?? 0
    return Buffer.from(this.replies.subarray(start, start + length))
  }

  /** The port the reply at `position` goes to. */
  replyPort(position: number): number {
    return this.sources.readUInt16BE(position * NAME_CELL_BYTES + 2)
  }

  /**
   * The address the reply at `position` goes to, as a `node:dgram` socket of this family takes it; `undefined` for one
   * with a zone, of which only the number is known here.
   */
  replyAddress(position: number): string | undefined {
    const offset = this.sourceOffset(position)
    const text = formatAddress(this.sources, offset)
    if (!this.#ipv6) return text
    if (isIPv4Mapped(this.sources, offset)) return `::ffff:${text}`
    return this.sources.readUInt32LE(position * NAME_CELL_BYTES + 24) === 0 ? text : undefined
  }
}
