import { join } from 'node:path'

import type { Context } from '../../src/context.ts'
import { type Environment, readEnvironment } from '../../src/env.ts'
import type { PyEmbedEvent } from '../../src/events.ts'
import { defaultTransferPolicy, type TransferPolicy } from '../../src/fetch/policy.ts'
import { cleanEnvironment } from './cli.ts'

/** As patient as downloads are, but quick. */
export const quickTransfer: TransferPolicy = {
  ...defaultTransferPolicy,
  connectTimeout: 2000,
  idleTimeout: 400,
  firstPause: 2,
  longestPause: 10,
  longestRetryAfter: 1500,
  lease: { poll: 5, heartbeat: 50, stale: 1000 },
}

export interface TestContext extends Context {
  /** What was emitted, in order. */
  readonly events: readonly PyEmbedEvent[]
}

/** A context whose cache and store are below `directory`, and which knows no source of archives. */
export function testContext(directory: string, changes: Partial<Environment> = {}): TestContext {
  const events: PyEmbedEvent[] = []
  return {
    env: {
      ...readEnvironment(cleanEnvironment()),
      cacheDir: join(directory, 'cache'),
      dataDir: join(directory, 'data'),
      pythonUpstreams: [],
      certificateFiles: [],
      transfer: quickTransfer,
      ...changes,
    },
    emit: (event) => void events.push(event),
    events,
  }
}
