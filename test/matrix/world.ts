import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { type Bait, makeBait } from './baits.ts'
import { findPybind11 } from './pybind11.ts'
import type { Minor } from './rows.ts'

/** A Python that pyembed synced. */
export interface Pin {
  /** A folder with `.pyembed/`. */
  readonly project: string
  /** In the store. */
  readonly prefix: string
}

/** What all cells share. One cell runs at a time: the project, the build tree and the build Pythons are reused. */
export interface World {
  readonly root: string
  readonly project: string
  readonly build: string
  readonly pins: Readonly<Record<Minor, Pin>>
  readonly baits: Readonly<Record<Minor, Bait>>
  readonly pybind11: string
}

/** Lays out the project, and the other Pythons: copies of those that are pinned. */
export async function prepareWorld(
  root: string,
  pins: Readonly<Record<Minor, Pin>>,
): Promise<World> {
  const project = join(root, 'project')
  cpSync(fileURLToPath(new URL('project', import.meta.url)), project, { recursive: true })
  const baits = join(root, 'baits')
  mkdirSync(baits)
  return {
    root,
    project,
    build: join(root, 'build'),
    pins,
    baits: {
      '3.14': makeBait(pins['3.14'].prefix, join(baits, '3.14'), '3.14'),
      '3.11': makeBait(pins['3.11'].prefix, join(baits, '3.11'), '3.11'),
    },
    pybind11: await findPybind11(),
  }
}

/** Makes `.pyembed/` of the project what `pyembed sync` wrote for a pin, or the same with a store that is gone. */
export function usePin({ root, project, pins }: World, minor: Minor, isGone = false): void {
  const generated = join(project, '.pyembed')
  const synced = join(pins[minor].project, '.pyembed')
  rmSync(generated, { recursive: true, force: true })
  if (!isGone) {
    symlinkSync(synced, generated)
    return
  }
  for (const file of ['.pyembed', 'pyembed.toml', 'pyembed.lock'])
    cpSync(join(pins[minor].project, file), join(project, file), { recursive: true })
  const pin = join(generated, 'pins', 'x86_64-unknown-linux-gnu.cmake')
  const entry = /(set\(_pyembed_store_entry +").*"/
  writeFileSync(pin, readFileSync(pin, 'utf8').replace(entry, `$1${join(root, 'nowhere')}"`))
}
