// A process of npm run fuzz: reads inputs `first`, `first + step`, … until the time is over. It may hang or die.
import { openSync, writeSync } from 'node:fs'

import { chooseKinds, type Choice } from './choose-kinds.ts'
import { makeInput, tryInput } from './try-input.ts'

export interface WorkerJob extends Choice {
  readonly first: number
  readonly step: number
  /** Milliseconds since 1970. */
  readonly until: number
  readonly directory: string
  /** A file for the index of the input that is being read: no message arrives from a process that hangs. */
  readonly progress: string
}

export interface WorkerMessage {
  /** How many inputs ended so, by `<kind> <code>`. */
  readonly counts: Readonly<Record<string, number>>
  readonly failure?: { readonly index: number; readonly reason: string }
}

const inputsPerMessage = 50

const job = JSON.parse(process.argv[2] ?? '{}') as WorkerJob
const kinds = await chooseKinds(job.prefix)
const progress = openSync(job.progress, 'w')
let counts: Record<string, number> = {}
let index = job.first

const send = (failure?: WorkerMessage['failure']): void => {
  process.send?.({ counts, ...(failure === undefined ? {} : { failure }) } satisfies WorkerMessage)
  counts = {}
}
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: Error) => send({ index, reason: `${event}: ${error.stack}` }))
}
for (let done = 0; Date.now() < job.until; index += job.step, done++) {
  writeSync(progress, String(index).padEnd(12), 0)
  const input = makeInput(kinds, job.seed, index)
  const outcome = await tryInput(input, job.directory)
  if ('failure' in outcome) send({ index, reason: outcome.failure })
  const key = `${input.kind.name} ${'code' in outcome ? outcome.code : 'failed'}`
  counts[key] = (counts[key] ?? 0) + 1
  if (done % inputsPerMessage === 0) send()
}
send()
process.disconnect?.()
