import { systemErrorCode } from '../errors.ts'
import { isTemporaryName, renameWithRetry, temporaryName } from './atomic.ts'

/**
 * Takes the name of a file or folder, so that nobody meets half of it while it is removed. When it `isWanted` after
 * all, told where it is now, it gets its name back. @returns where it is now, undefined when it stays or is gone
 */
export async function takeAway(
  path: string,
  isWanted: (taken: string) => Promise<boolean> = () => Promise.resolve(false),
): Promise<string | undefined> {
  if (isTemporaryName(path)) return path
  const taken = temporaryName(path)
  try {
    await renameWithRetry(path, taken)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  if (!(await isWanted(taken))) return taken
  try {
    await renameWithRetry(taken, path)
    return undefined
  } catch (error) {
    const isMadeAnew = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')
    if (isMadeAnew) return taken
    throw error
  }
}
