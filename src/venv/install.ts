import type { Context } from '../context.ts'
import { copyTree } from './copy-tree.ts'
import { findInterpreters } from './interpreters.ts'
import { fileIn } from './data-home.ts'
import { venvLayout } from './layout.ts'
import { withVenvLock } from './lock.ts'
import type { Venv } from './look.ts'
import { lookLocked, requireVenv, stateError } from './open.ts'
import { type InstalledPackage, installedPackages } from './packages.ts'
import type { AppPlace } from './place.ts'
import type { Step } from './record.ts'
import { type Replaced, replaceVenv } from './replace.ts'

export interface InstallResult {
  readonly venv: Venv
  readonly outcome: Replaced
  readonly packages: readonly InstalledPackage[]
}

/**
 * Installs packages into an environment, by the base's pip, a step after the other: all of it or nothing.
 * @throws PYEMBED_VENV_INSTALL_FAILED, PYEMBED_VENV_IN_USE, and what `requireVenv` throws
 */
export async function installInVenv(
  context: Context,
  place: AppPlace,
  name: string,
  steps: readonly Step[],
): Promise<InstallResult> {
  const { path } = await requireVenv(context, place, name)
  return withVenvLock(context, { ...place, name }, 'install', async (lock) => {
    const found = await lookLocked(place, name)
    if (found.state !== 'ready') throw stateError(place, name, found)
    const { venv } = found
    const replacement = { record: venv.record, steps, lock }
    const outcome = await replaceVenv(context, place, replacement, (stage) => copyTree(path, stage))
    for (const { pid, program } of findInterpreters(path))
      context.emit({
        kind: 'warning',
        text: `\`${program}\` (process ${pid}) runs in \`${name}\` and may need a restart`,
      })
    return { venv, outcome, packages: packagesOf(place, venv) }
  })
}

/** What is installed in an environment, by whomever. */
export function packagesOf(
  { system }: Pick<AppPlace, 'system'>,
  { path, record }: Venv,
): readonly InstalledPackage[] {
  const { sitePackages } = venvLayout(system, record.abi, record.base.executable)
  return installedPackages(fileIn(system, path, sitePackages))
}
