import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { isThere } from '../fs/links.ts'
import { makeFolders } from '../fs/make-folders.ts'
import { recordApp } from './app-record.ts'
import { readCfg } from './cfg.ts'
import { newRecord } from './create.ts'
import { fileIn } from './data-home.ts'
import { listCommand } from './hint.ts'
import { venvLayout } from './layout.ts'
import { foreignSitePackages, type ListedVenv, listVenvs } from './list.ts'
import { withVenvLock } from './lock.ts'
import { venvPath } from './look.ts'
import { isVenvName } from './names.ts'
import { requireNoInterpreter, tidyAfter } from './remove.ts'
import type { AppPlace } from './place.ts'
import { readThere } from './read-there.ts'
import { recover } from './recover.ts'
import type { Inherit } from './record.ts'
import { relativeShebangs } from './shebangs.ts'
import { rewriteTree } from './tree.ts'

export interface Adopted {
  readonly adopted: readonly string[]
  readonly left: readonly { readonly name: string; readonly reason: string }[]
}

/**
 * Takes over the environments of another key: of this app before it moved, or of MITK; or of its own key, when it had
 * another name. Those stay that are for another Python, or whose name is taken.
 * @throws PYEMBED_VENV_NOT_FOUND
 */
export async function adoptVenvs(
  context: Context,
  place: AppPlace,
  oldKey: string,
): Promise<Adopted> {
  const found = listVenvs(place.dataHome).filter(
    ({ key, path }) => key === oldKey && dirname(path) !== place.directory,
  )
  if (found.length === 0) {
    throw new PyEmbedError(
      'PYEMBED_VENV_NOT_FOUND',
      `there is no environment with key \`${oldKey}\` in \`${place.dataHome}\``,
      {
        hint: `Run \`${listCommand(place)}\` and take a key of another place of this app`,
      },
    )
  }
  makeFolders(place.directory)
  await recordApp(place)
  const adopted: string[] = []
  const left: { name: string; reason: string }[] = []
  for (const venv of found) {
    const reason = whyNot(place, venv) ?? (await adoptOne(context, place, venv))
    if (reason === undefined) adopted.push(venv.name)
    else left.push({ name: venv.name, reason })
  }
  return { adopted, left }
}

function whyNot(
  place: AppPlace,
  { name, path, state, abi, key, app: owner, appPath, appExists }: ListedVenv,
): string | undefined {
  if (state === 'newer') return 'a newer pyembed made it'
  if (!isVenvName(name)) return 'its name is not allowed'
  if (state === 'broken' && abi === undefined) return 'it is broken'
  // Without an app it is of MITK, or half adopted from there.
  const isOther = key !== place.key && owner !== place.app.name
  if (abi !== undefined && appPath !== undefined && isOther) return `it is of \`${owner}\``
  if (appExists && appPath !== place.app.path) return `its app is there, at \`${appPath}\``
  if (abi !== undefined)
    return abi === place.app.abi
      ? undefined
      : `it is for \`${abi}\`, and the app has \`${place.app.abi}\``
  // Where the Pythons of Windows keep packages does not tell the version.
  const sitePackages = foreignSitePackages(path)
  const { base, app, system } = place
  const own = fileIn(system, path, venvLayout(system, app.abi, base.executable).sitePackages)
  return sitePackages === own
    ? undefined
    : `it is for another Python than the app’s (\`${app.abi}\`)`
}

async function adoptOne(
  context: Context,
  place: AppPlace,
  venv: ListedVenv,
): Promise<string | undefined> {
  const { name, path } = venv
  const from = { system: place.system, directory: dirname(path) }
  if (statSync(path).dev !== statSync(place.directory).dev) return 'it is on another file system'
  const forgetLock = (at: typeof from): void =>
    rmSync(venvPath(at, `.${name}.lock`), { force: true })
  const reason = await withVenvLock(context, { ...place, name }, 'adopt', () => {
    recover(place, name)
    const target = venvPath(place, name)
    if (isThere(target)) return 'the app has one of this name'
    return withVenvLock(context, { ...from, name }, 'adopt', async () => {
      recover(from, name)
      if (!existsSync(path)) {
        forgetLock(from)
        forgetLock(place)
        return 'another app took it over'
      }
      requireNoInterpreter(path, name)
      const known = venv.record ?? newRecord(place, name, foreignInherit(path))
      const record = { ...known, base: place.base }
      // In its old place: whoever is killed in between has an environment there that can be adopted again.
      const layout = venvLayout(place.system, record.abi, record.base.executable)
      const at = (file: string): string => fileIn(place.system, path, file)
      await relativeShebangs(path, at(layout.scripts), at(layout.sitePackages))
      await rewriteTree(place, path, record)
      renameSync(path, target)
      forgetLock(from)
      return undefined
    })
  })
  await tidyAfter(from.directory)
  return reason
}

/** As the `pyvenv.cfg` of something else says. */
function foreignInherit(path: string): Inherit {
  const cfg = readThere(join(path, 'pyvenv.cfg'))?.text ?? ''
  return readCfg(cfg, 'include-system-site-packages')?.toLowerCase() === 'true' ? 'base' : 'none'
}
