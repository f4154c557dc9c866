import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { sweepTemporary, updateFile } from '../fs/atomic.ts'
import { packageRoot } from '../fs/package-root.ts'
import { packageVersion } from '../fs/package-version.ts'
import { ownCommand } from '../process/own-command.ts'
import type { StoreEntry } from '../store/entry.ts'
import { renderTemplate } from '../text/template.ts'
import { renderCommand } from './command.ts'
import { type PinnedProject, type PinSource, renderPin } from './pin.ts'

/** A store entry to pin, and the host's Python where the host cannot run it. */
export interface PinnedEntry {
  readonly entry: StoreEntry
  readonly tool: PinSource['tool']
}

/**
 * Writes what CMake includes into `directory` (`.pyembed/`): the doors and modules, the headers of the runtime
 * and the pins of `entries`. Other targets' pins stay; files whose content is right keep their time, so that a build
 * tree reconfigures only when its pin changed.
 */
export async function writeCMakeFiles(
  directory: string,
  entries: readonly PinnedEntry[],
  project: PinnedProject,
): Promise<void> {
  const root = packageRoot()
  await copyTree(join(root, 'cmake'), directory)
  await writeRuntime(root, join(directory, 'runtime'))
  const readTemplate = (name: string): Promise<string> =>
    readFile(join(root, 'templates', 'cmake', `${name}.in`), 'utf8')
  const environment = await readFile(join(root, 'cmake/modules/environment.json'), 'utf8')
  const values = {
    PYEMBED_PACKAGE_VERSION: packageVersion(),
    PYEMBED_ENVIRONMENT: environment.trimEnd(),
  }
  for (const name of ['pyembed-config-version.cmake', 'presets.json'])
    await updateFile(join(directory, name), renderTemplate(await readTemplate(name), values))
  await updateFile(join(directory, 'command.cmake'), renderCommand(ownCommand()))
  const template = await readTemplate('pin.cmake')
  await sweepTemporary(join(directory, 'pins'))
  for (const { entry, tool } of entries) {
    const path = join(directory, 'pins', `${entry.head.target}.cmake`)
    await updateFile(path, renderPin(template, entry, { ...project, tool }))
  }
}

/** What the runtime is built from. */
async function writeRuntime(root: string, directory: string): Promise<void> {
  for (const part of ['include', 'src']) {
    await copyTree(join(root, 'runtime', part), join(directory, part))
  }
  for (const name of ['runtime/CMakeLists.txt', 'python/venv_pip.py', 'python/pip_driver.py']) {
    const path = join(directory, name.replace('runtime/', ''))
    await updateFile(path, await readFile(join(root, name), 'utf8'))
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
