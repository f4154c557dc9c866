import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, onTestFinished } from 'vitest'

/** A fresh folder that goes when the test that asked for it ends. */
export function temporaryDirectory(name = 'test'): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `pyembed-${name}-`)))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A fresh folder for all tests of a file or describe block: call it in `beforeAll`, with `afterAll` in mind. */
export function makeDirectory(name: string): { path: string; remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `pyembed-${name}-`)))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A folder for all tests of a file or describe block, there from the first to the last of them. */
export function sharedDirectory(name: string): { readonly path: string } {
  const directory = { path: '' }
  beforeAll(() => {
    directory.path = realpathSync(mkdtempSync(join(tmpdir(), `pyembed-${name}-`)))
  })
  afterAll(() => rmSync(directory.path, { recursive: true, force: true }))
  return directory
}
