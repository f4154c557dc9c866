import { join } from 'node:path'

import { packageRoot } from '../fs/package-root.ts'

/** The program and the script that run this pyembed again. */
export function ownCommand(): readonly string[] {
  return [process.execPath, join(packageRoot(), 'dist', 'cli.cjs')]
}
