import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { sweepTemporary, updateFile } from '../fs/atomic.ts'
import { packageRoot } from '../fs/package-root.ts'
import type { StoreEntry } from '../store/entry.ts'
import { type PinProject, renderPin } from './pin.ts'

/** A store entry to pin, and the host's Python where the host cannot run it. */
export interface PinnedEntry {
  readonly entry: StoreEntry
  readonly tool: PinProject['tool']
}

/**
 * Writes what CMake includes into `directory` (`.pyembed/`): the modules, the headers of the runtime and the
 * pins of `entries`. Other targets' pins stay; files whose content is right keep their time, so that a build
 * tree reconfigures only when its pin changed.
 */
export async function writeCMakeFiles(
  directory: string,
  entries: readonly PinnedEntry[],
  project: Omit<PinProject, 'tool'>,
): Promise<void> {
  const root = packageRoot()
  await copyTree(join(root, 'cmake'), directory)
  await copyTree(join(root, 'runtime', 'include'), join(directory, 'include'))
  const template = await readFile(join(root, 'templates', 'cmake', 'pin.cmake.in'), 'utf8')
  await sweepTemporary(join(directory, 'pins'))
  for (const { entry, tool } of entries) {
    const path = join(directory, 'pins', `${entry.head.target}.cmake`)
    await updateFile(path, renderPin(template, entry, { ...project, tool }))
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await sweepTemporary(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else await updateFile(target, await readFile(source, 'utf8'))
  }
}
