/**
 * Numbers and letters in a stranger's bytes. What lies beyond the end reads as zero, so that nothing here ever throws;
 * no reader takes a zero for a true value.
 */

/** True when the bytes from `at` on are those of `latin1`. */
export function holds(bytes: Uint8Array, at: number, latin1: string): boolean {
  for (let index = 0; index < latin1.length; index += 1) {
    if (bytes[at + index] !== latin1.charCodeAt(index)) return false
  }
  return true
}

/** The bytes of `[start, end)` as Latin-1, as many as there are. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  const part = bytes.subarray(start, end)
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')
}

export function big16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

export function big32(bytes: Uint8Array, at: number): number {
  return big16(bytes, at) * 0x10000 + big16(bytes, at + 2)
}

export function little16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

export function little24(bytes: Uint8Array, at: number): number {
  return little16(bytes, at) + (bytes[at + 2] ?? 0) * 0x10000
}

export function little32(bytes: Uint8Array, at: number): number {
  return little16(bytes, at) + little16(bytes, at + 2) * 0x10000
}
