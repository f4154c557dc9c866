import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { cleanEnvironment } from '../helpers/cli.ts'
import { everyTrim } from '../helpers/deploy.ts'
import { runIn } from '../helpers/example.ts'
import { linkPrefix, readInventoryFiles, sharedResult } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { builds } from './pythons.ts'

const script = fileURLToPath(new URL('../cmake/trim_inventory.cmake', import.meta.url))
const importAll = fileURLToPath(new URL('import_all.py', import.meta.url))

/** What does something when it is imported: opens a browser, starts IDLE or a command. */
const active = /^antigravity$|^idlelib\.idle$|(?:^|\.)__main__$|__pip-runner__|^numpy\.f2py\.setup/

/** What of other packages is made for a part that goes. */
const madeFor: Record<string, RegExp> = { tkinter: /^tqdm\.tk$/ }

/** A module of each kind that must be gone, and what a user would still call. */
const gone: Record<string, { missing: RegExp; kept: string }> = {
  tests: { missing: /(?:^|\/)tests?\/|_testcapi/, kept: 'numpy/testing/__init__.py' },
  idlelib: { missing: /idlelib|bin\/idle/, kept: 'tkinter/__init__.py' },
  tkinter: { missing: /tkinter|libtcl|libtk|\/turtle/, kept: 'curses/__init__.py' },
  headers: { missing: /\.h$|\.a$|pkgconfig|python3.*-config$/, kept: 'sysconfig/__init__.py' },
  pip: { missing: /site-packages\/pip|bin\/pip|ensurepip/, kept: 'site-packages/tqdm/__init__.py' },
}

describeWithTools(['cmake'], 'what is trimmed', () => {
  const [{ build, minor }] = builds
  const stdlib = `lib/python${minor}`
  const directory = makeDirectory('trim')
  /** One place for every tree, so that one byte code does for all. */
  const tree = join(directory.path, 'python')
  let importable: readonly string[] = []

  const keptBy = async (trim: string): Promise<readonly string[]> => {
    const { storeEntry } = sharedResult(build, linux)
    const values = [`ENTRY=${storeEntry}`, `STDLIB=${stdlib}`, `SITELIB=${stdlib}/site-packages`]
    const options = [...values, `TRIM=${trim}`].map((value) => `-D${value}`)
    return (await runIn('/', ['cmake', ...options, '-P', script])).trim().split('\n')
  }

  const failures = async (modules: readonly string[]): Promise<string[]> => {
    const python = join(tree, 'bin', `python${minor}`)
    const byteCode = `pycache_prefix=${join(directory.path, 'pyc')}`
    const { stdout } = await execa(python, ['-I', '-X', byteCode, importAll], {
      input: modules.join('\n'),
      env: cleanEnvironment(),
      extendEnv: false,
    })
    return stdout.split('\n').filter((name) => name !== '')
  }

  beforeAll(async () => {
    const { storeEntry } = sharedResult(build, linux)
    const modules = modulesOf(Object.keys(readInventoryFiles(storeEntry)), stdlib)
    await linkPrefix(build, linux, tree)
    const failed = new Set(await failures(modules))
    importable = modules.filter((name) => !failed.has(name))
    expect(importable.length).toBeGreaterThan(700)
  })
  afterAll(directory.remove)

  it.each(everyTrim)('%s: is gone, and all the rest is imported', async (trim) => {
    const { storeEntry } = sharedResult(build, linux)
    const kept = await keptBy(trim)
    const all = Object.keys(readInventoryFiles(storeEntry))
    rmSync(tree, { recursive: true })
    await linkPrefix(build, linux, tree)
    const isKept = new Set(kept)
    for (const path of all) if (!isKept.has(path)) rmSync(join(tree, path))

    const stay = new Set(modulesOf(kept, stdlib))
    const failed = await failures(importable.filter((name) => stay.has(name)))

    expect(failed.filter((name) => madeFor[trim]?.test(name) !== true)).toEqual([])
    expect(kept.length).toBeLessThan(all.length)
    expect(all.some((path) => gone[trim]?.missing.test(path))).toBe(true)
    expect(kept.filter((path) => gone[trim]?.missing.test(path))).toEqual([])
    expect(kept.some((path) => path.endsWith(gone[trim]?.kept ?? '?'))).toBe(true)
  })
})

/** The names by which files are imported, without tests of packages: these want pytest. */
function modulesOf(paths: readonly string[], stdlib: string): readonly string[] {
  return paths.flatMap((path) => {
    const isModule = /\.py$|\.cpython-[^/]*\.so$/.test(path) && !path.includes('/config-')
    if (!path.startsWith(`${stdlib}/`) || !isModule) return []
    const inside = path
      .slice(stdlib.length + 1)
      .replace(/^(?:site-packages|lib-dynload)\//, '')
      .replace(/(?:\/__init__)?\.py$|\.cpython-[^/]*\.so$/, '')
    const name = inside.replaceAll('/', '.')
    return /^[\w.]+$/.test(name) && !/\.tests\./.test(name) && !active.test(name) ? [name] : []
  })
}
