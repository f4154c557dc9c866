import { lstatSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { pinKey } from './info-plist.ts'
import { versionFolder } from './layout.ts'
import { readPlist } from '../text/plist-reader.ts'

/** Makes sure that nothing is lost where a framework goes. @throws PYEMBED_FRAMEWORK_UNFIT */
export function requireFree(framework: string): void {
  const isThere = lstatSync(framework, { throwIfNoEntry: false }) !== undefined
  if (!isThere || isOurs(framework)) return
  throw new PyEmbedError(
    'PYEMBED_FRAMEWORK_UNFIT',
    `\`${framework}\` is in the way: pyembed did not make it`,
    { hint: 'Move it away, or name another folder with `--output`' },
  )
}

/** Whether a framework is one that pyembed made, and may replace. */
export function isOurs(framework: string): boolean {
  const text = readTextIfThere(join(framework, versionFolder, 'Resources', 'Info.plist'))
  if (text === undefined) return false
  try {
    return readPlist(text).has(pinKey)
  } catch (error) {
    if (error instanceof PyEmbedError) return false
    throw error
  }
}
