import { lookAt } from '../fs/regular-file.ts'

/** What Finder may leave where nothing is sealed: files that nobody may execute (`DirValidator`, dirscanner.cpp). */
export function isPlainFile(path: string): boolean {
  const found = lookAt(path)
  // Windows keeps no modes.
  return found?.isFile() === true && (process.platform === 'win32' || (found.mode & 0o111) === 0)
}
