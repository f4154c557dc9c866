import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker, parentPort, workerData } from 'node:worker_threads'

import { type ErrorCode, PyEmbedError, systemErrorCode } from '../errors.ts'

/** Long work that never waits calls this now and then, in whatever thread it is done. */
export interface Interruption {
  /** Lets other work of the thread have its turn. @throws when the work is not wanted any more */
  readonly pause: () => Promise<void>
}

/** What can be done in any thread: by `work`, or by the worker file, which hands it to {@link serveJobs}. */
export interface Workshop<Job, Result> {
  readonly file: string
  readonly work: (job: Job, interruption: Interruption) => Promise<Result>
}

type Outcome = { readonly result: unknown } | { readonly error: PlainError }

/** An error as it passes between threads, which would drop its class and fields. */
interface PlainError {
  readonly isOurs: boolean
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly hint: string | undefined
  readonly damaged: string | undefined
}

/**
 * Does jobs (data that can be cloned) in this thread and, when there are several, in as many more as there are
 * processors, and gives their results in the order of the jobs. After the first failure, or an abort, what runs is
 * interrupted, and nothing goes on when this returns. @throws what the first job to fail throws
 */
export async function runJobs<Job, Result>(
  { file, work }: Workshop<Job, Result>,
  jobs: readonly Job[],
  signal?: AbortSignal,
  /** This thread has other things to do. */
  isBusy = false,
): Promise<readonly Result[]> {
  // One number, not 0 once the work is not wanted any more: a busy thread hears no message.
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const interrupt = (): void => void Atomics.store(stop, 0, 1)
  signal?.addEventListener('abort', interrupt)

  let failure: { readonly error: unknown } | undefined
  const results: Result[] = []
  const waiting = [...jobs.entries()]
  const doJobs = async (perform: (job: Job) => Promise<Result>): Promise<void> => {
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        signal?.throwIfAborted()
        const [index, job] = next
        results[index] = await perform(job)
      }
    } catch (error) {
      // What fails after it fails because it was interrupted.
      failure ??= { error }
      waiting.length = 0
      interrupt()
    }
  }
  const runThread = async (): Promise<void> => {
    const worker = new Worker(file, {
      workerData: stop,
      // What lives short is small here; V8's default keeps 30 MB more.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    await doJobs(async (job) => (await ask(worker, job, file)) as Result)
    await worker.terminate()
  }
  // The first job is this thread's: the others need a while to start.
  const ownWork = isBusy ? undefined : doJobs((job) => work(job, interruptionOf(stop)))
  const extra = Math.min(availableParallelism(), jobs.length) - (isBusy ? 0 : 1)
  const others = Array.from({ length: extra }, () => runThread())
  await Promise.all([ownWork, ...others])
  signal?.removeEventListener('abort', interrupt)
  if (failure !== undefined) throw failure.error
  return results
}

function interruptionOf(stop: Int32Array): Interruption {
  return {
    pause: async () => {
      await setImmediate()
      if (Atomics.load(stop, 0) !== 0) throw new Error('interrupted')
    },
  }
}

async function ask(worker: Worker, job: unknown, file: string): Promise<unknown> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    worker.postMessage(job)
    const outcome = await Promise.race([
      // Rejects when the thread dies of an error.
      once(worker, 'message', { signal }).then(([message]) => message as Outcome),
      once(worker, 'exit', { signal }).then(([code]) => {
        throw new Error(`a thread of ${file} ended with ${code}`)
      }),
    ])
    if ('error' in outcome) throw revive(outcome.error)
    return outcome.result
  } finally {
    settled.abort()
  }
}

/** The other side of {@link runJobs}: all that a worker file does. */
export function serveJobs<Job>({ work }: Pick<Workshop<Job, unknown>, 'work'>): void {
  const interruption = interruptionOf(workerData as Int32Array)
  parentPort?.on('message', (job: Job) => {
    void work(job, interruption)
      .then(
        (result): Outcome => ({ result }),
        (error: unknown): Outcome => ({ error: flatten(error) }),
      )
      .then((outcome) => parentPort?.postMessage(outcome))
  })
}

function flatten(error: unknown): PlainError {
  const isOurs = error instanceof PyEmbedError
  return {
    isOurs,
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
    code: isOurs ? error.code : systemErrorCode(error),
    hint: isOurs ? error.hint : undefined,
    damaged: isOurs ? error.damaged : undefined,
  }
}

function revive({ isOurs, message, stack, code, hint, damaged }: PlainError): Error {
  const error = isOurs
    ? new PyEmbedError(code as ErrorCode, message, { hint, damaged })
    : Object.assign(new Error(message), code === undefined ? {} : { code })
  if (stack !== undefined) error.stack = stack
  return error
}
