import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { FetchedFile } from '../../src/project/fetch-project.ts'
import type { SyncResult } from '../../src/project/sync-state.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { linux, macos, windows, writeManifest } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { newest } from './pythons.ts'

describe.each(newest)('sync of Python $version', ({ version, build, minor }) => {
  const directory = sharedDirectory('sync')
  let project = ''
  let files: readonly FetchedFile[] = []
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(args, {
      cwd: project,
      env: {
        ...inject('cliEnv'),
        PYEMBED_CACHE_DIR: join(directory.path, 'cache'),
        PYEMBED_DATA_DIR: join(directory.path, 'data'),
      },
    })
  const sync = async (...flags: string[]): Promise<SyncResult> => {
    const { exitCode, stderr, json } = await run('sync', '--json', ...flags)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    return json<SyncResult>()
  }

  beforeAll(async () => {
    project = writeManifest(join(directory.path, 'project'), {
      version,
      build,
      targets: [linux, windows, macos],
      requires: ['tqdm'],
    })
    files = (await run('fetch', '--json')).json<FetchedFile[]>()
    await sync()
  })

  it('prints what is where, as JSON', async () => {
    const result = await sync()
    const storeEntry = join(directory.path, 'data/store', result.pinId)

    expect(result).toEqual({
      pinId: expect.stringMatching(
        new RegExp(`^cpython-${version}\\+${build}-${linux}-[0-9a-f]{16}$`.replaceAll('.', '\\.')),
      ),
      target: linux,
      prefix: join(storeEntry, 'prefix'),
      storeEntry,
      cmake: join(project, '.pyembed/pyembed.cmake'),
      python: { version, build, variant: 'default' },
      packages: [
        { name: 'pip', version: expect.stringMatching(/^\d+\.\d+/) },
        { name: 'tqdm', version: expect.stringMatching(/^4\./) },
      ],
    })
  })

  it('does nothing the second time', async () => {
    const before = [snapshot(project), snapshot(join(directory.path, 'data'))]

    const { exitCode, stdout, stderr } = await run('sync')

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Up to date: cpython-/)
    expect([snapshot(project), snapshot(join(directory.path, 'data'))]).toEqual(before)
  })

  it('touches no other target’s pin', async () => {
    const pin = join(project, '.pyembed/pins', `${linux}.cmake`)
    const before = { text: readFileSync(pin, 'utf8'), time: lstatSync(pin).mtimeMs }

    const results = await run('sync', '--json', '--target', windows, macos)

    expect(results.json<SyncResult[]>().map(({ target }) => target)).toEqual([windows, macos])
    expect({ text: readFileSync(pin, 'utf8'), time: lstatSync(pin).mtimeMs }).toEqual(before)
    expect(readdirSync(join(project, '.pyembed/pins')).sort()).toEqual(
      [linux, windows, macos].map((target) => `${target}.cmake`).sort(),
    )
  })

  it('installs a removed store entry again', async () => {
    const { storeEntry } = await sync()
    const inventory = readFileSync(join(storeEntry, 'inventory.json'))
    rmSync(storeEntry, { recursive: true })

    await sync()

    expect(readFileSync(join(storeEntry, 'inventory.json'))).toEqual(inventory)
    expect((await run('verify')).exitCode).toBe(0)
  })

  it.each(['archive', 'wheel'] as const)('fetches a damaged cached %s again', async (what) => {
    const { storeEntry } = await sync()
    const file = files.find(({ name }) => name.endsWith('.whl') === (what === 'wheel'))
    const good = readFileSync(file?.path ?? '')
    const damaged = Buffer.from(good)
    damaged.writeUInt8((damaged.at(-100) ?? 0) ^ 1, damaged.length - 100)
    writeFileSync(file?.path ?? '', damaged)
    rmSync(storeEntry, { recursive: true })
    // What is unpacked already needs neither.
    rmSync(join(dirname(file?.path ?? ''), '..', 'unpacked'), { recursive: true })

    const { exitCode, stderr } = await run('sync')

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(stderr).toContain(`the cached \`${file?.name}\` has sha256`)
    expect(readFileSync(file?.path ?? '').equals(good)).toBe(true)
    expect((await run('verify')).exitCode).toBe(0)
  })

  it.each([
    ['changed', (path: string) => writeFileSync(path, 'x')],
    ['missing', (path: string) => rmSync(path)],
  ])('unpacks a part anew of which a file is %s', async (_, damage) => {
    const { storeEntry, prefix } = await sync()
    const path = join(prefix, `lib/python${minor}/os.py`)
    const good = readFileSync(path)
    const parts = join(dirname(files[0]?.path ?? ''), '..', 'unpacked')
    const part = readdirSync(parts).find((name) =>
      existsSync(join(parts, name, 'files', `lib/python${minor}/os.py`)),
    )
    damage(join(parts, part ?? '', 'files', `lib/python${minor}/os.py`))
    rmSync(storeEntry, { recursive: true })

    const { exitCode, stderr } = await run('sync')

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(stderr).toContain('os.py` of `')
    expect(readFileSync(path).equals(good)).toBe(true)
    expect((await run('verify')).exitCode).toBe(0)
  })

  it('does not believe a part whose inventory was changed', async () => {
    const { storeEntry, prefix } = await sync()
    const parts = join(dirname(files[0]?.path ?? ''), '..', 'unpacked')
    for (const part of readdirSync(parts)) {
      const path = join(parts, part, 'inventory.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/\n {4}"lib[^\n]*,(?=\n)/, ''))
    }
    const before = readFileSync(join(storeEntry, 'inventory.json'), 'utf8')
    rmSync(storeEntry, { recursive: true })

    await sync()

    expect(readFileSync(join(storeEntry, 'inventory.json'), 'utf8')).toBe(before)
    expect(existsSync(prefix)).toBe(true)
    expect((await run('verify', '--strict')).exitCode).toBe(0)
  })

  it.each([
    ['cut', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 1000))],
    ['gone', (path: string) => rmSync(path)],
  ])('installs an entry again whose inventory is %s', async (_, damage) => {
    const { storeEntry } = await sync()
    damage(join(storeEntry, 'inventory.json'))
    rmSync(join(project, '.pyembed/pin.json'))

    await sync()

    expect((await run('verify', '--strict')).exitCode).toBe(0)
  })

  it('fetches again what is damaged in the cache, though it is unpacked', async () => {
    const file = files.find(({ name }) => name.endsWith('.whl'))
    writeFileSync(file?.path ?? '', readFileSync(file?.path ?? '').subarray(0, 100))

    const fetched = (await run('fetch', '--json')).json<FetchedFile[]>()

    expect(fetched).toEqual(files)
    expect(readFileSync(file?.path ?? '').length).toBe(file?.sizeBytes)
  })

  it('unpacks all parts anew when all are damaged', async () => {
    const { storeEntry } = await sync()
    const parts = join(dirname(files[0]?.path ?? ''), '..', 'unpacked')
    for (const part of readdirSync(parts)) {
      const { files: listed } = JSON.parse(
        readFileSync(join(parts, part, 'inventory.json'), 'utf8'),
      ) as { files: Record<string, object> }
      const file = Object.keys(listed).find((path) => path.endsWith('.py')) ?? ''
      writeFileSync(join(parts, part, 'files', file), 'x')
    }
    rmSync(storeEntry, { recursive: true })

    const { exitCode, stderr } = await run('sync')

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect((await run('verify')).exitCode).toBe(0)
  })

  it.each([
    ['removed', 'runtime/include/pyembed/home.hpp', (path: string) => rmSync(path)],
    ['edited', 'modules/FindPython3.cmake', (path: string) => writeFileSync(path, '')],
  ])('writes a file of .pyembed/ anew that was %s', async (_, file, damage) => {
    await sync()
    const path = join(project, '.pyembed', file)
    const good = readFileSync(path)
    damage(path)

    await sync()

    expect(readFileSync(path).equals(good)).toBe(true)
  })

  it('is what `python find` prints', async () => {
    const { pinId, prefix } = await sync()

    expect((await run('python', 'find')).stdout).toBe(join(prefix, `bin/python${minor}`))
    expect((await run('python', 'find', '--json')).json()).toEqual({
      pinId,
      target: linux,
      prefix,
      executable: join(prefix, `bin/python${minor}`),
      library: join(prefix, `lib/libpython${minor}.so.1.0`),
      include: join(prefix, `include/python${minor}`),
    })
  })

  it('is what `store list` prints', async () => {
    const { pinId, storeEntry, packages } = await sync()
    const { files: recorded } = JSON.parse(
      readFileSync(join(storeEntry, 'inventory.json'), 'utf8'),
    ) as { files: Record<string, { size?: number }> }

    const listed = (await run('store', 'list', '--json')).json<{ pinId: string }[]>()

    expect(listed.find((entry) => entry.pinId === pinId)).toMatchObject({
      pinId,
      target: linux,
      python: { version, build, variant: 'default' },
      packages,
      storeEntry,
      files: Object.keys(recorded).length,
      sizeBytes: Object.values(recorded).reduce((sum, { size = 0 }) => sum + size, 0),
      problem: null,
      users: [{ project }],
    })
  })

  it('leads `cmake --dir` to .pyembed/', async () => {
    const generated = join(project, '.pyembed')

    expect((await run('cmake', '--dir')).stdout).toBe(generated)
    expect((await run('cmake', '--json')).json()).toEqual({
      dir: generated,
      file: join(generated, 'pyembed.cmake'),
      lines: expect.stringContaining('include(.pyembed/pyembed.cmake'),
      doors: ['provider', 'presets', 'config'].map((name) => expect.objectContaining({ name })),
    })
  })

  it('is among what `python list` prints', async () => {
    const listed = (await run('python', 'list', '--all-builds', '--json')).json<unknown[]>()

    expect(listed).toContainEqual({
      version,
      build,
      variant: 'default',
      targets: expect.arrayContaining([linux, windows, macos]),
    })
  })
})

/** Path, time and inode of everything below a folder. */
function snapshot(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const { mtimeMs, ino } = lstatSync(join(root, path))
      return `${path} ${mtimeMs} ${ino}`
    })
    .sort()
}
