import { join } from 'node:path'

import { requireLinks } from '../fs/links.ts'
import { packageRoot } from '../fs/package-root.ts'
import { type PrefixKind, prefixLayout } from '../platform/layout.ts'
import { type Interruption, runJobs, type Workshop } from '../process/threads.ts'
import type { ArchiveFile } from './archive-part.ts'
import {
  fillStage,
  makeParts,
  openPart,
  type Part,
  type PartContent,
  partDirectory,
} from './part.ts'
import type { WheelFile } from './wheel.ts'

/** What one part is made of. Plain data: it passes to another thread. */
export interface PartSource {
  readonly kind: PrefixKind
  readonly file: ArchiveFile | WheelFile
  readonly isArchive: boolean
  /** The wheel of pip, which holds the launchers that Windows commands are made of. */
  readonly pip: WheelFile | undefined
}

interface PartJob extends PartSource {
  readonly stage: string
}

export interface PartOptions {
  readonly cacheDir: string
  /** The environment, for `PATH`. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  /** This thread has other things to do meanwhile. */
  readonly isBusy?: boolean
}

/**
 * The parts of the sources, in their order: from the cache, or made side by side in several threads, each of which
 * inflates, hashes and creates files in turn and keeps a processor busy.
 * @throws what `writeArchive` and `installWheel` throw
 */
export async function ensureParts(
  sources: readonly PartSource[],
  { cacheDir, variables, signal, isBusy }: PartOptions,
): Promise<readonly Part[]> {
  const places = sources.map((source) => directoryOf(cacheDir, source))
  const known = places.map(openPart)
  const isMissing = (_: unknown, index: number): boolean => known[index] === undefined
  const missing = sources.filter(isMissing)
  const made = await makeParts(places.filter(isMissing), variables, (stages) =>
    runJobs(
      partWorkshop(),
      missing.map((source, index): PartJob => ({ ...source, stage: stages[index] ?? '' })),
      signal,
      isBusy,
    ),
  )
  const rest = [...made]
  return known.map((part) => part ?? (rest.shift() as Part))
}

export function partWorkshop(): Workshop<PartJob, PartContent> {
  return { file: join(packageRoot(), 'dist', 'part-worker.cjs'), work: doPartJob }
}

async function doPartJob(
  { kind, file, isArchive, pip, stage }: PartJob,
  interruption: Interruption,
): Promise<PartContent> {
  // What unpacks is loaded when there is something to unpack.
  const { installWheel } = await import('./wheel.ts')
  const { writeArchive } = await import('./archive-part.ts')
  return fillStage(stage, async (writer) => {
    if (!isArchive) return installWheel(writer, file, { kind, pip, interruption })
    if (kind.target.os !== 'windows') requireLinks(writer.root)
    return writeArchive(writer, file, interruption)
  })
}

/** The folder of the part that comes of a source. */
export function directoryOf(cacheDir: string, { kind, file, isArchive, pip }: PartSource): string {
  if (isArchive) return partDirectory(cacheDir, file.sha256, [])
  const { abiTag, soabi } = prefixLayout(kind)
  const launchers = kind.target.os === 'windows' ? (pip?.sha256 ?? '') : ''
  return partDirectory(cacheDir, file.sha256, [abiTag, soabi, launchers])
}
