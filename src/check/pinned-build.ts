import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import type { Inventory } from '../fs/inventory.ts'
import { type EntryHead, readEntry, readInventory } from '../store/entry.ts'

/** A build directory that pyembed, or the application that it builds a plug-in for, gave its Python. */
export interface PinnedBuild {
  /** As it was asked for, absolute. */
  readonly directory: string
  /** The build Python, or that of the application; {@link realRoot} without links. */
  readonly root: string
  readonly realRoot: string
  readonly head: EntryHead
  readonly inventory: Inventory
}

/** @throws PYEMBED_BUILD_NOT_PINNED */
export async function openPinnedBuild(path: string): Promise<PinnedBuild> {
  const directory = resolve(path)
  if (!existsSync(join(directory, 'CMakeCache.txt'))) {
    throw new PyEmbedError(
      'PYEMBED_BUILD_NOT_PINNED',
      `\`${directory}\` is no build directory of CMake: it has no \`CMakeCache.txt\``,
      { hint: 'Name the directory that `cmake -B` was given' },
    )
  }
  const cache = readFileSync(join(directory, 'CMakeCache.txt'), 'utf8')
  const cached = (name: string): string | undefined =>
    new RegExp(`^${name}:[A-Z]+=(.+)$`, 'm').exec(cache)?.[1]
  // An outer build may have made it (cmake/modules/pyembed_external_project_args.cmake), or it is that of the
  // application that a plug-in is built for (cmake/modules/pyembed_use_sdk.cmake).
  const root =
    cached('PYEMBED_BUILD_PYTHON') ?? cached('PYEMBED_SDK_PYTHON') ?? join(directory, 'python')
  // Where CMake remembers what it made the build Python from (cmake/modules/pyembed_materialize_python.cmake).
  const entry = await readEntry(cached('PYEMBED_SDK_DIR') ?? `${root}.pyembed`)
  if (entry === undefined || !existsSync(root)) {
    throw new PyEmbedError(
      'PYEMBED_BUILD_NOT_PINNED',
      `the build in \`${directory}\` has no Python of pyembed`,
      {
        hint: 'Add the lines of `pyembed cmake` to its CMakeLists.txt, then run `pyembed sync` and `cmake` on it',
      },
    )
  }
  const inventory = await readInventory(entry)
  const realRoot = realpathSync(root)
  return { directory, root, realRoot, head: entry.head, inventory }
}
