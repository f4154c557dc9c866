import { existsSync, renameSync, writeFileSync } from 'node:fs'

import { systemErrorCode } from '../errors.ts'
import { sweepTemporary, temporaryName } from '../fs/atomic.ts'
import { joinPath } from './data-home.ts'
import type { AppPlace } from './place.ts'
import { readThere } from './read-there.ts'
import { appFileName, formatApp } from './record.ts'

/** Says in `app.json` which app this is, and where it is now. Where nothing may be written nothing is. */
export async function recordApp({ system, directory, app }: AppPlace): Promise<void> {
  const path = joinPath(system, directory, appFileName)
  const text = formatApp(app)
  if (readThere(path)?.text === text || !existsSync(directory)) return
  try {
    // With a dot: what a kill leaves is not taken for an environment.
    const hidden = joinPath(system, directory, `.${appFileName}`)
    await sweepTemporary(directory, `.${appFileName}`)
    const temporary = temporaryName(hidden)
    writeFileSync(temporary, text, { flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemErrorCode(error) ?? '')) throw error
  }
}
