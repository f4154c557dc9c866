import { existsSync } from 'node:fs'

import { PyEmbedError } from '../errors.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout } from '../platform/layout.ts'
import type { ArchiveFile } from './archive-part.ts'
import type { Check } from '../store/stage.ts'
import { addPart, checkParts, requireDistinctNames } from './assemble.ts'
import type { Part } from './part.ts'
import { directoryOf, ensureParts, type PartSource } from './part-job.ts'
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
 * locked too (pip always) is replaced. Its files are links to parts in the cache; the check that is returned tells
 * whether those are what they were.
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
  addPart(writer, archive, replaced)
  for (const wheel of wheels) addPart(writer, wheel, new Set())
  if (parts.kind.target.os !== 'linux') requireDistinctNames(writer.inventory)
  return (suspects) => checkParts(writer, [archive, ...wheels], { suspects, signal: parts.signal })
}

/** The parts of a prefix: the archive's and the wheels', unpacked in the cache. @throws as {@link writePrefix} */
export async function unpackParts(parts: PrefixParts): Promise<readonly Part[]> {
  return ensureParts(partSources(parts), parts)
}

/**
 * Unpacks an archive while it is fetched, and with it the wheels if all are there. Whatever is wrong shows when the
 * whole file is unpacked, so nothing is thrown.
 */
export async function unpackGrowing(parts: PrefixParts): Promise<void> {
  const areWheelsThere = parts.wheels.every(({ path }) => existsSync(path))
  const wheels = areWheelsThere ? parts.wheels : []
  const sources = partSources({ ...parts, wheels })
  await ensureParts(sources, { ...parts, isBusy: true }).catch(() => undefined)
}

/** The folders of those parts, whether they are there or not. */
export function partDirectories(parts: PrefixParts): readonly string[] {
  return partSources(parts).map((source) => directoryOf(parts.cacheDir, source))
}

function partSources({ kind, archive, wheels }: PrefixParts): readonly PartSource[] {
  const pip = wheels.find(({ name }) => name.startsWith('pip-'))
  const common = { kind, pip }
  return [
    { ...common, file: archive, isArchive: true },
    ...wheels.map((wheel) => ({ ...common, file: wheel, isArchive: false })),
  ]
}
