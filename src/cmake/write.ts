import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { updateFiles } from '../fs/atomic.ts'
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
  const files = {
    ...readTree(join(root, 'cmake')),
    ...readRuntime(root),
    ...renderFiles(root, entries, project),
  }
  await updateFiles(directory, files)
}

/** Content by path. */
type Files = Readonly<Record<string, string>>

/** What depends on the package, and on what is pinned. */
function renderFiles(root: string, entries: readonly PinnedEntry[], project: PinnedProject): Files {
  const template = (name: string): string =>
    readFileSync(join(root, 'templates', 'cmake', `${name}.in`), 'utf8')
  const values = {
    PYEMBED_PACKAGE_VERSION: packageVersion,
    // What a preset has as `null` the build gets from the shell; Python takes no notice of what is empty.
    PYEMBED_ENVIRONMENT: readFileSync(join(root, 'cmake/modules/environment.json'), 'utf8')
      .replaceAll(': null', ': ""')
      .trimEnd(),
  }
  const pin = template('pin.cmake')
  const rendered = ['pyembed-config-version.cmake', 'presets.json'].map((name) => [
    name,
    renderTemplate(template(name), values),
  ])
  const pins = entries.map(({ entry, tool }) => [
    `pins/${entry.head.target}.cmake`,
    renderPin(pin, entry, { ...project, tool }),
  ])
  return {
    ...Object.fromEntries([...rendered, ...pins]),
    'command.cmake': renderCommand(ownCommand()),
  }
}

/** What the runtime is built from. */
function readRuntime(root: string): Files {
  const read = (name: string): string => readFileSync(join(root, name), 'utf8')
  return {
    ...readTree(join(root, 'runtime/include'), 'runtime/include/'),
    ...readTree(join(root, 'runtime/src'), 'runtime/src/'),
    'runtime/CMakeLists.txt': read('runtime/CMakeLists.txt'),
    'runtime/python/venv_pip.py': read('python/venv_pip.py'),
    'runtime/python/pip_driver.py': read('python/pip_driver.py'),
  }
}

/** Synchronous: for small files, that takes a third of the time. */
function readTree(directory: string, start = ''): Files {
  const read = readdirSync(directory, { withFileTypes: true }).map((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory()
      ? readTree(path, `${start}${entry.name}/`)
      : { [start + entry.name]: readFileSync(path, 'utf8') }
  })
  return Object.assign({}, ...read) as Files
}
