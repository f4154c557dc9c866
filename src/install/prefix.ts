import { PyEmbedError } from '../errors.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout } from '../platform/layout.ts'
import type { ArchiveFile } from './archive-part.ts'
import type { Check } from '../store/stage.ts'
import { addPart, checkPart } from './assemble.ts'
import type { Part } from './part.ts'
import { ensureParts, type PartJob } from './part-job.ts'
import { replacedPaths } from './replaced.ts'
import type { WheelFile } from './wheel.ts'

export interface PrefixParts {
  readonly kind: PrefixKind
  readonly archive: ArchiveFile
  readonly wheels: readonly WheelFile[]
  /** Where unpacked parts are kept. */
  readonly cacheDir: string
  /** The environment, for `PATH`. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a prefix: the archive's files, relocatable, and the wheels. A distribution of the archive that is
 * locked too (pip always) is replaced. What was unpacked before is linked; the
 * check that is returned compares it with its hashes.
 * @throws PYEMBED_CHECKSUM_MISMATCH when the archive is not the one that was locked, PYEMBED_ARCHIVE_*,
 *   PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_PREFIX_UNEXPECTED
 */
export async function writePrefix(writer: TreeWriter, parts: PrefixParts): Promise<Check> {
  const layout = prefixLayout(parts.kind)
  const [archive, ...wheels] = await unpackParts(parts)
  if (archive === undefined) throw new Error('there is no part of the archive')
  const replaced = replacedPaths(
    archive,
    layout,
    parts.wheels.map(({ name }) => name),
  )
  for (const path of [layout.executable, layout.library]) {
    if (archive.inventory.has(path)) continue
    throw new PyEmbedError(
      'PYEMBED_PREFIX_UNEXPECTED',
      `\`${parts.archive.name}\` has no \`${path}\``,
      { hint: 'Choose another build of python-build-standalone' },
    )
  }
  const placed = [archive, ...wheels].map((part) => ({
    part,
    leftOut: part === archive ? replaced : new Set<string>(),
  }))
  for (const { part, leftOut } of placed) addPart(writer, part, leftOut)
  return async () => {
    for (const { part, leftOut } of placed) {
      if (!part.isFresh) await checkPart(writer.root, part, leftOut, parts.signal)
    }
  }
}

/** The parts of a prefix: the archive's and the wheels', unpacked in the cache. @throws as {@link writePrefix} */
export async function unpackParts(parts: PrefixParts): Promise<readonly Part[]> {
  return ensureParts(partJobs(parts), parts.signal)
}

function partJobs({ kind, archive, wheels, cacheDir, variables }: PrefixParts): readonly PartJob[] {
  const pip = wheels.find(({ name }) => name.startsWith('pip-'))
  const job = { cacheDir, variables: { PATH: variables['PATH'] }, kind, pip }
  return [
    { ...job, file: archive, isArchive: true },
    ...wheels.map((wheel) => ({ ...job, file: wheel, isArchive: false })),
  ]
}
