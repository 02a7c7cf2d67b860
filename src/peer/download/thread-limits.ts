import type { ResourceLimits } from 'node:worker_threads'

/** Megabytes for young objects in a thread: what it makes is small and soon gone, and more room only takes memory. */
export const THREAD_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 4 }
