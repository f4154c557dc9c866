import { basename } from 'node:path'

import type { LogicalMode } from '../fs/tree-writer.ts'
import { minorVersion, type PrefixKind, type PrefixLayout } from '../platform/layout.ts'
import type { EntryPoint } from './entry-points.ts'
import type { RecordLine } from './record.ts'
import { entryPointProgram, launcherName, relocatableShebang, windowsCommand } from './scripts.ts'

/** Puts a file into the tree and remembers it for RECORD. `path` is relative to the prefix. */
export type Put = (path: string, mode: LogicalMode, content: Uint8Array) => RecordLine

export interface CommandPlace {
  readonly distribution: string
  readonly kind: PrefixKind
  readonly layout: PrefixLayout
  /** Reads a launcher of distlib. */
  readonly readLauncher: (name: string) => Promise<Buffer>
}

/** A Python program that is started by name. */
export interface Command {
  readonly name: string
  readonly program: Buffer
  readonly isGui: boolean
}

/** The commands of a distribution's entry points. */
export function entryPointCommands(
  entryPoints: readonly EntryPoint[],
  { distribution, kind }: CommandPlace,
): readonly Command[] {
  return withVersionedPip(entryPoints, distribution, kind.version).map((entryPoint) => ({
    name: entryPoint.name,
    program: Buffer.from(entryPointProgram(entryPoint)),
    isGui: entryPoint.isGui,
  }))
}

/** Writes commands into the scripts folder of a prefix, in the form its system starts. */
export async function installCommands(
  commands: readonly Command[],
  { kind, layout, readLauncher }: CommandPlace,
  put: Put,
): Promise<void> {
  for (const { name, program, isGui } of commands) {
    const path = `${layout.scripts}/${name}`
    if (kind.target.os === 'windows') {
      const launcher = await readLauncher(launcherName(kind.target.arch, isGui))
      const executable = `${path.replace(/\.pyw?$/, '')}.exe`
      put(executable, '0755', await windowsCommand(launcher, program, isGui))
    } else {
      const shebang = Buffer.from(relocatableShebang(basename(layout.executable)))
      put(path, '0755', Buffer.concat([shebang, program]))
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
