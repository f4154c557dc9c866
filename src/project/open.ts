import { dirname, join } from 'node:path'

import { lockName } from '../lock/lock.ts'
import { findManifest } from '../manifest/find.ts'

/** The files of a project, by absolute path. */
export interface Project {
  readonly directory: string
  readonly manifestPath: string
  readonly lockPath: string
  /** `.pyembed/` */
  readonly generated: string
}

export interface ProjectOptions {
  /** The folder of the manifest; default: the nearest above the working directory. */
  readonly project?: string | undefined
  /** Fail instead of changing the lock. */
  readonly isLocked?: boolean | undefined
}

export interface TargetOptions {
  /** Default: the host's. */
  readonly targets?: readonly string[] | undefined
  /** Every target of the manifest. */
  readonly isAllTargets?: boolean | undefined
}

export function openProject(project: string | undefined): Project {
  const manifestPath = findManifest(project)
  const directory = dirname(manifestPath)
  return {
    directory,
    manifestPath,
    lockPath: join(directory, lockName),
    generated: join(directory, '.pyembed'),
  }
}
