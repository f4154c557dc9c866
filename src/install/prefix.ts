import { PyEmbedError } from '../errors.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout, type PrefixLayout } from '../platform/layout.ts'
import { allDone } from '../process/all-done.ts'
import { type ArchiveFile, writeArchive } from './archive-part.ts'
import { addPart } from './assemble.ts'
import { ensurePart, type Part } from './part.ts'
import { recipe } from './recipe.ts'
import { replacedPaths } from './replaced.ts'
import { installWheel, type WheelFile } from './wheel.ts'

export interface PrefixParts {
  readonly kind: PrefixKind
  readonly archive: ArchiveFile
  readonly wheels: readonly WheelFile[]
  /** Where unpacked parts are kept. */
  readonly cacheDir: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a prefix: the archive's files, relocatable, and the wheels. A distribution of the archive that is
 * locked too (pip always) is replaced. What was unpacked before is linked, file by file after its hash.
 * @throws PYEMBED_CHECKSUM_MISMATCH when the archive is not the one that was locked, PYEMBED_ARCHIVE_*,
 *   PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_PREFIX_UNEXPECTED, and `DamagedPart`
 */
export async function writePrefix(writer: TreeWriter, parts: PrefixParts): Promise<void> {
  const layout = prefixLayout(parts.kind)
  const { archive, wheels } = await unpackParts(parts, layout)
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
  await addPart(writer, archive, replaced, parts.signal)
  for (const wheel of wheels) await addPart(writer, wheel, new Set(), parts.signal)
}

async function unpackParts(
  { kind, archive, wheels, cacheDir, signal }: PrefixParts,
  layout: PrefixLayout,
): Promise<{ archive: Part; wheels: readonly Part[] }> {
  const made: { archive?: Part; wheels: Part[] } = { wheels: [] }
  const unpackArchive = async (): Promise<void> => {
    made.archive = await ensurePart(cacheDir, partKey(archive.sha256, []), (writer) =>
      writeArchive(writer, archive, signal),
    )
  }
  const unpackWheels = async (): Promise<void> => {
    const [pip, ...others] = [...wheels].sort((a, b) => Number(isPip(b)) - Number(isPip(a)))
    if (pip === undefined) return
    // On Windows the commands of the others are made of pip's launchers.
    const launcherOf = kind.target.os === 'windows' ? pip.sha256 : ''
    for (const wheel of [pip, ...others]) {
      signal?.throwIfAborted()
      const key = partKey(wheel.sha256, [layout.abiTag, layout.soabi, launcherOf])
      const launchers = made.wheels[0]?.root
      made.wheels.push(
        await ensurePart(cacheDir, key, (writer) =>
          installWheel(wheel, writer, kind, launchers ?? writer.root),
        ),
      )
    }
  }
  await allDone([unpackArchive(), unpackWheels()])
  if (made.archive === undefined) throw new Error('the archive was not unpacked')
  return { archive: made.archive, wheels: made.wheels }
}

/** All that decides the files of a part, beside the file it comes from. */
function partKey(sha256: string, circumstances: readonly string[]): string {
  return [sha256, `recipe${recipe}`, ...circumstances].filter((text) => text !== '').join('-')
}

function isPip({ name }: WheelFile): boolean {
  return name.startsWith('pip-')
}
