import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { readEnvironment } from '../../src/env.ts'
import { cleanEnvironment } from './cli.ts'
import { sha256sum } from './tree.ts'

/** Real files that others made, packed by npm (which drops links). */
const packages = {
  /** A framework for arm64 that Xcode 26.2 built and signed ad hoc. */
  '@nativescript/macos-node-api@0.4.0':
    'fa49477022566ede234db5274ea3a2e1d0b63009db3b1b1c3bc9b8789ad554f6',
} as const

/** Fetched once, into the user's cache. @returns the folder of the package */
export function npmPackage(name: keyof typeof packages): string {
  const directory = join(
    readEnvironment().cacheDir,
    'test-tools',
    name.replace(/^@/, '').replace('/', '-'),
  )
  if (!existsSync(directory)) fetchPackage(name, directory)
  return join(directory, 'package')
}

function fetchPackage(name: keyof typeof packages, directory: string): void {
  const work = `${directory}.${process.pid}`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    const options = { cwd: work, encoding: 'utf8', env: cleanEnvironment() } as const
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', name], options)) as [
      { filename: string },
    ]
    const archive = join(work, packed.filename.replace(/^@/, '').replace('/', '-'))
    const found = sha256sum(archive)
    if (found !== packages[name]) throw new Error(`${name} has sha256 ${found}`)
    execFileSync('tar', ['-xzf', archive], options)
    rmSync(archive)
    if (!existsSync(directory)) renameSync(work, directory)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
