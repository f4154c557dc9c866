import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the installed pyembed package: it holds `cmake/`, `templates/`, `python/`, `runtime/`. */
export function packageRoot(): string {
  let directory = import.meta.dirname
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory)
  return directory
}
