import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { packageRoot } from '../../src/fs/package-root.ts'
import { runIn } from '../helpers/example.ts'
import { toolsDirectory } from '../helpers/make-once.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

/** The oldest Node that pyembed promises to run on, and the lines after it; each is an npm package. */
const nodes = ['20.19.0', '22', '24'] as const

/** A Node of that version, installed once into the user's cache. */
async function installNode(version: string): Promise<string> {
  const directory = join(toolsDirectory(), `node-${version}`)
  const node = join(directory, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(node)) {
    await runIn('/', ['npm', 'install', '--no-save', '--prefix', directory, `node@${version}`])
  }
  return node
}

describe('the file that npm pack makes', () => {
  const installed = mkdtempSync(join(tmpdir(), 'pyembed-packed-'))
  afterAll(() => rmSync(installed, { recursive: true, force: true }))

  beforeAll(async () => {
    await runIn(packageRoot(), ['npm', 'pack', '--ignore-scripts', '--pack-destination', installed])
    const [name = ''] = (await runIn(installed, ['ls'])).trim().split('\n')
    await runIn(installed, [
      'npm',
      'install',
      '--global',
      '--prefix',
      installed,
      join(installed, name),
    ])
  })

  it.each(nodes)('gives a working pyembed on Node %s after a global install', async (version) => {
    const node = await installNode(version)
    const project = temporaryDirectory('packed')
    const env = inject('cliEnv')
    const pyembed = [node, join(installed, 'bin', 'pyembed')]

    await runIn(project, [...pyembed, 'init', '--name', 'Packed'], env)
    const synced = await runIn(project, [...pyembed, 'sync', '--json'], env)
    const verified = await runIn(project, [...pyembed, 'verify', '--json'], env)

    expect(await runIn(project, [node, '--version'])).toContain(`v${version}`)
    expect(synced).toContain('"name": "numpy"')
    expect(verified).toContain('"ok": true')
    expect(existsSync(join(project, '.pyembed', 'runtime', 'include', 'pyembed', 'home.hpp'))).toBe(
      true,
    )
  })
})
