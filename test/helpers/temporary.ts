import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

/** A fresh folder that goes when the test that asked for it ends. */
export function temporaryDirectory(name = 'test'): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `pyembed-${name}-`)))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
