import type { Environment } from '../env.ts'
import { hasErrorCode, systemErrorCode } from '../errors.ts'
import { entryDirectory } from '../store/paths.ts'
import { type ListedVenv, listVenvs } from '../venv/list.ts'
import { findDataHome } from '../venv/place.ts'

/** The environments of all apps; none where there is no home to look in. */
export function findVenvs(env: Environment, dataHome?: string): readonly ListedVenv[] {
  try {
    return listVenvs(findDataHome(env, dataHome))
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_HOME_UNKNOWN')) return []
    throw error
  }
}

/** The entries of the store that environments are based on, those of projects that were not built into an app yet. */
export function entriesOfVenvs(env: Environment): ReadonlySet<string> {
  return new Set(
    findAnyVenvs(env)
      .map(({ record }) => record?.base)
      .filter((base) => base?.prefix.startsWith(entryDirectory(env.dataDir, base.pinId)) === true)
      .map((base) => base?.pinId ?? ''),
  )
}

/** None where the place of environments is no folder, which concerns the store little. */
function findAnyVenvs(env: Environment): readonly ListedVenv[] {
  try {
    return findVenvs(env)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') return []
    throw error
  }
}
