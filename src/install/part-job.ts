import { join } from 'node:path'

import { packageRoot } from '../fs/package-root.ts'
import { type PrefixKind, prefixLayout } from '../platform/layout.ts'
import { type Interruption, runJobs, type Workshop } from '../process/threads.ts'
import { type ArchiveFile, writeArchive } from './archive-part.ts'
import { makePart, openPart, type Part, partKey } from './part.ts'
import { installWheel, type WheelFile } from './wheel.ts'

/** What one part is made of. Plain data: it passes to another thread. */
export interface PartJob {
  readonly cacheDir: string
  /** The environment, for `PATH`. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly kind: PrefixKind
  readonly file: ArchiveFile | WheelFile
  readonly isArchive: boolean
  /** The wheel of pip, which holds the launchers that Windows commands are made of. */
  readonly pip: WheelFile | undefined
}

/**
 * The parts of the jobs, in their order: from the cache, or made side by side in several threads, each of which
 * inflates, hashes and creates files in turn and keeps a processor busy.
 * @throws what `writeArchive` and `installWheel` throw
 */
export async function ensureParts(
  jobs: readonly PartJob[],
  signal?: AbortSignal,
): Promise<readonly Part[]> {
  const known = jobs.map((job) => openPart(job.cacheDir, keyOf(job)))
  const missing = jobs.filter((_, index) => known[index] === undefined)
  const made = [...(await runJobs(partWorkshop(), missing, signal))]
  return known.map((part) => part ?? (made.shift() as Part))
}

/** Does one job, in the thread that calls. */
async function doPartJob(job: PartJob, interruption: Interruption): Promise<Part> {
  const { cacheDir, variables, kind, file, isArchive, pip } = job
  return makePart(cacheDir, keyOf(job), variables, (writer) =>
    isArchive
      ? writeArchive(writer, file, interruption)
      : installWheel(writer, file, { kind, pip, interruption }),
  )
}

function keyOf({ kind, file, isArchive, pip }: PartJob): string {
  if (isArchive) return partKey(file.sha256, [])
  const { abiTag, soabi } = prefixLayout(kind)
  const launchers = kind.target.os === 'windows' ? (pip?.sha256 ?? '') : ''
  return partKey(file.sha256, [abiTag, soabi, launchers])
}

export function partWorkshop(): Workshop<PartJob, Part> {
  return { file: join(packageRoot(), 'dist', 'part-worker.js'), work: doPartJob }
}
