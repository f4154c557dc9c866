import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { chooseKinds, type Choice } from './choose-kinds.ts'
import { makeInput } from './try-input.ts'
import type { WorkerJob, WorkerMessage } from './worker.ts'

export interface FuzzReport {
  /** How many inputs ended so, by `<kind> <code>`. */
  readonly counts: ReadonlyMap<string, number>
  /** What must not be, with the file that does it. */
  readonly failures: readonly { readonly file: string; readonly reason: string }[]
}

/** An input that takes longer hangs. */
const patience = 20_000

/** Reads mutated inputs for some time, in as many processes as there are processors. */
export async function runFuzz(choice: Choice, minutes: number): Promise<FuzzReport> {
  // An unknown kind is found before processes are started for it.
  await chooseKinds(choice.prefix)
  // Memory, where there is such a folder: disks are slower than the readers.
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pyembed-fuzz-'))
  const until = Date.now() + minutes * 60_000
  const step = availableParallelism()
  const counts = new Map<string, number>()
  const failures: { file: string; reason: string }[] = []

  const saved: Promise<void>[] = []
  const keep = async (index: number, reason: string): Promise<void> => {
    failures.push({ file: await saveInput(choice, index), reason })
  }
  const work = async (first: number): Promise<void> => {
    const directory = join(scratch, String(first))
    mkdirSync(directory, { recursive: true })
    const progress = `${directory}.progress`
    const job: WorkerJob = { ...choice, first, step, until, directory, progress }
    const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [JSON.stringify(job)])
    worker.on('message', (message: WorkerMessage) => {
      for (const [key, count] of Object.entries(message.counts)) {
        counts.set(key, (counts.get(key) ?? 0) + count)
      }
      if (message.failure !== undefined)
        saved.push(keep(message.failure.index, message.failure.reason))
    })
    const end = await watch(worker, progress)
    if (end === undefined) return
    const index = Number(readFileSync(progress, 'utf8'))
    await keep(index, end)
    rmSync(directory, { recursive: true, force: true })
    await work(index + step)
  }
  await Promise.all(Array.from({ length: step }, (_, first) => work(first)))
  await Promise.all(saved)
  rmSync(scratch, { recursive: true, force: true })
  return { counts, failures }
}

/** Waits for the end of a worker; undefined when it was a good one. */
async function watch(worker: ChildProcess, progress: string): Promise<string | undefined> {
  let last = ''
  let isHanging = false
  const timer = setInterval(() => {
    const now = existsSync(progress) ? readFileSync(progress, 'utf8') : ''
    isHanging = now === last && now !== ''
    if (isHanging) worker.kill('SIGKILL')
    last = now
  }, patience)
  const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null]
  clearInterval(timer)
  if (isHanging) return `it hangs for more than ${patience / 1000} s`
  return code === 0 ? undefined : `the process ended with ${signal ?? code}`
}

async function saveInput({ seed, prefix }: Choice, index: number): Promise<string> {
  const { kind, name, data } = makeInput(await chooseKinds(prefix), seed, index)
  const directory = join(tmpdir(), `pyembed-fuzz-${seed}`, `${index}-${kind.name}`)
  mkdirSync(directory, { recursive: true })
  const file = join(directory, name)
  writeFileSync(file, data)
  return file
}
