import { join, resolve } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { findUpwards } from '../fs/find-upwards.ts'
import { manifestName } from './manifest.ts'

/**
 * The manifest of a project: in `project` if given, else the nearest one above the working directory.
 * @throws PYEMBED_MANIFEST_NOT_FOUND
 */
export function findManifest(project: string | undefined): string {
  if (project !== undefined) return join(resolve(project), manifestName)

  const directory = findUpwards(process.cwd(), manifestName)
  if (directory === undefined) {
    throw new PyEmbedError(
      'PYEMBED_MANIFEST_NOT_FOUND',
      `there is no \`${manifestName}\` in \`${process.cwd()}\` or a folder above it`,
      {
        hint: 'Run `pyembed init` in your project to write one, or name its folder with `--project`',
      },
    )
  }
  return join(directory, manifestName)
}
