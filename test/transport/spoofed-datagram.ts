/**
 * Sends a datagram whose source port is 0, as no socket of Node does, to a port of 127.0.0.1: through a raw socket, on
 * Linux as root.
 */
export async function sendFromPortZero(port: number, text: string): Promise<void> {
  const koffi = await import('koffi')
  const program = koffi.load(null)
  const fd: number = program.func('int socket(int, int, int)')(AF_INET, SOCK_RAW, IPPROTO_UDP)
  const payload = Buffer.from(text)
  const datagram = Buffer.alloc(8 + payload.length)
  datagram.writeUInt16BE(port, 2)
  datagram.writeUInt16BE(datagram.length, 4)
  payload.copy(datagram, 8)
  const target = Buffer.from([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  const sendto = program.func('int sendto(int, void *, size_t, int, void *, unsigned int)')
  const sent: number = sendto(fd, datagram, datagram.length, 0, target, target.length)
  program.func('int close(int)')(fd)
  if (sent !== datagram.length) throw new Error(`the raw socket sent ${sent} of ${datagram.length} bytes`)
}

/** Why {@link sendFromPortZero} cannot work here. */
export async function whyNotFromPortZero(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'raw sockets are tried on Linux only'
  try {
    await sendFromPortZero(DISCARD_PORT, '')
    return undefined
  } catch (fault) {
    return `no raw socket: ${fault instanceof Error ? fault.message : fault}`
  }
}

const AF_INET = 2
const SOCK_RAW = 3
const IPPROTO_UDP = 17
/** Where nothing listens, or nothing answers (RFC 863). */
const DISCARD_PORT = 9
