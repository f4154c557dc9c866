import type { LeaseTiming } from '../fs/lease.ts'

/** How patient downloads are. Times in milliseconds, amounts in bytes. */
export interface TransferPolicy {
  /** For a connection to be made. */
  readonly connectTimeout: number
  /** Without a byte, before the headers or within the body. */
  readonly idleTimeout: number
  /** How often the sources are asked in a row without getting on. */
  readonly attempts: number
  /** The first pause between attempts; each one after it is twice as long. */
  readonly firstPause: number
  readonly longestPause: number
  /** The most that a server's `Retry-After` is waited for. */
  readonly longestRetryAfter: number
  /** Less than this is not getting on, and what is smaller is not kept for the next run. */
  readonly worthKeeping: number
  /** Where a file ends of which nothing tells the size. */
  readonly largestFile: number
  readonly lease: LeaseTiming
}

export const defaultTransferPolicy: TransferPolicy = {
  connectTimeout: 10_000,
  idleTimeout: 30_000,
  attempts: 5,
  firstPause: 250,
  longestPause: 10_000,
  longestRetryAfter: 60_000,
  worthKeeping: 64 * 1024,
  largestFile: 4 * 1024 ** 3,
  lease: { poll: 100, heartbeat: 2000, stale: 15_000 },
}
