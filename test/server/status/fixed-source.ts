import type { StatusReading, StatusSource } from '../../../src/server/status/status-source.ts'

export const QUIET_READING: StatusReading = {
  registrations: 2,
  images: 3,
  holdings: 5,
  absentRegistrations: 7,
  watchers: 11,
  repliesDropped: 13,
  probes: { reached: 17, refused: 19, timedOut: 23, failed: 29 },
  journal: { state: 'durable', reason: undefined, logBytes: 31, failures: 37 },
}

/** A source whose reading a test changes. */
export class FixedSource implements StatusSource {
  reading: StatusReading

  constructor(changes: Partial<StatusReading> = {}) {
    this.reading = { ...QUIET_READING, ...changes }
  }

  read(): StatusReading {
    return this.reading
  }
}
