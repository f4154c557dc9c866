import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const tools = ['cmake', 'ninja', 'make', 'cc', 'c++']

/**
 * PATH without folders that are there for a Python alone: the bait is to be the one that is found, on every machine,
 * and what starts the shims of a version manager takes its time.
 */
export function searchPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .filter((folder) => !has(folder, 'python3') || tools.some((tool) => has(folder, tool)))
    .join(delimiter)
}

function has(folder: string, program: string): boolean {
  return existsSync(join(folder, program))
}
