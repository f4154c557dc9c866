import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { LogicalMode } from '../fs/tree-writer.ts'
import { minorVersion, type PrefixKind, type PrefixLayout } from '../platform/layout.ts'
import type { EntryPoint } from './entry-points.ts'
import { entryPointProgram, launcherName, relocatableShebang, windowsCommand } from './scripts.ts'

/** Puts a file into the tree and remembers it for RECORD. `path` is relative to the prefix. */
export type Put = (path: string, mode: LogicalMode, content: Uint8Array) => void

export interface CommandPlace {
  readonly distribution: string
  readonly kind: PrefixKind
  readonly layout: PrefixLayout
  /** The staged prefix. */
  readonly root: string
}

/** Writes the commands of a distribution's entry points into the scripts folder of a prefix. */
export async function installCommands(
  entryPoints: readonly EntryPoint[],
  { distribution, kind, layout, root }: CommandPlace,
  put: Put,
): Promise<void> {
  for (const entryPoint of withVersionedPip(entryPoints, distribution, kind.version)) {
    const program = entryPointProgram(entryPoint)
    const path = `${layout.scripts}/${entryPoint.name}`
    if (kind.target.os === 'windows') {
      const launcher = join(
        root,
        layout.sitePackages,
        'pip/_vendor/distlib',
        launcherName(kind.target.arch, entryPoint.isGui),
      )
      put(
        `${path}.exe`,
        '0755',
        await windowsCommand(readFileSync(launcher), program, entryPoint.isGui),
      )
    } else {
      const text = relocatableShebang(basename(layout.executable)) + program
      put(path, '0755', Buffer.from(text))
    }
  }
}

/** pip names itself after the Python it belongs to (`pip3.14`), which its metadata cannot say. */
function withVersionedPip(
  entryPoints: readonly EntryPoint[],
  distribution: string,
  version: string,
): readonly EntryPoint[] {
  const pip = entryPoints.find(({ name }) => distribution === 'pip' && name === 'pip3')
  return pip === undefined
    ? entryPoints
    : [...entryPoints, { ...pip, name: `pip${minorVersion(version)}` }]
}
