/**
 * sendfile(2) on Linux through koffi: bytes of a file go to a socket without passing through this program. What it relies
 * on, and must keep true:
 *
 * 1. The kernel keeps no address beyond the call. The one it is handed is that of `offset`, which outlives every call.
 * 2. Both descriptors are open: their owner makes no call once it closed one, since the number may be another file's.
 * 3. The socket never blocks, as all of Node's, so the call takes what fits and returns.
 * 4. `errno` is read right after the call that failed, before anything else that could set it.
 * 5. `off_t` and `ssize_t` have 64 bits, as on every 64-bit Linux; others are refused.
 */

/** Sends at most `count` bytes of the file `fd` from `at` on: how many went out, or the negative `errno`. */
export type SendFile = (socket: number, fd: number, at: number, count: number) => number

/** A signal came in between; the same number on x64 and arm64 (asm-generic/errno-base.h). */
export const EINTR = 4

/** `undefined` where there is no koffi, or another system. */
export async function loadSendFile(
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
  importKoffi: () => Promise<Pick<typeof import('koffi'), 'errno' | 'load'>> = () => import('koffi'),
): Promise<SendFile | undefined> {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return undefined
  try {
    const koffi = await importKoffi()
    const sendfile = koffi.load(null).func('int64_t sendfile(int, int, void *, size_t)')
    const offset = new BigInt64Array(new ArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT))
    return (socket, fd, at, count) => {
      offset[0] = BigInt(at)
      const sent: number = sendfile(socket, fd, offset, count)
      return sent < 0 ? -koffi.errno() : sent
    }
  } catch {
    return undefined
  }
}
