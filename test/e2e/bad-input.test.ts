import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, inject, it } from 'vitest'

import { type CliResult, runCli } from '../helpers/cli.ts'
import { startServer } from '../helpers/server.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, sha256sum, writeFiles } from '../helpers/tree.ts'
import { makeWheel } from '../helpers/wheel.ts'

const build = '20260610'
const archive = 'cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz'
const manifest = `[app]\nname = "Bad"\n[python]\nversion = "3.14.6"\n`

/** A project, a store and a cache of its own; the downloads of `share` are those of all tests. */
function makeProject(files: Readonly<Record<string, string>>, share = false) {
  const root = temporaryDirectory('bad')
  const directory = join(root, 'project')
  mkdirSync(directory)
  writeFiles(directory, files)
  const env = {
    ...inject('cliEnv'),
    PYEMBED_DATA_DIR: join(root, 'data'),
    ...(share ? {} : { PYEMBED_CACHE_DIR: join(root, 'cache') }),
  }
  return { directory, env, data: join(root, 'data'), cache: join(root, 'cache') }
}

/** The manifest and the fresh lock of the shared project. */
function lockedFiles(): Record<string, string> {
  const { directory } = inject('projects')[build] ?? { directory: '' }
  return Object.fromEntries(
    ['pyembed.toml', 'pyembed.lock'].map((name) => [
      name,
      readFileSync(join(directory, name), 'utf8'),
    ]),
  )
}

/** Nothing in the store but whole entries, nothing in the project but what the test put there. */
function expectNothingHalfMade(
  { directory, data, cache }: ReturnType<typeof makeProject>,
  files: Readonly<Record<string, string>>,
): void {
  const store = join(data, 'store')
  const entries = existsSync(store) ? readdirSync(store) : []
  expect(entries.filter((name) => !existsSync(join(store, name, 'inventory.json')))).toEqual([])
  const downloads = join(cache, 'downloads')
  const cached = existsSync(downloads) ? readdirSync(downloads) : []
  expect(cached.filter((name) => sha256sum(join(downloads, name)) !== name)).toEqual([])
  expect(listTree(directory)).toEqual(Object.keys(files).sort())
  for (const [name, content] of Object.entries(files)) {
    expect(readFileSync(join(directory, name), 'utf8')).toBe(content)
  }
}

function expectError({ exitCode, stdout, stderr }: CliResult, code: string): void {
  expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: `, 'm'))
  expect(stderr).toMatch(/\n\nhint: \S/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
}

describe('a bad manifest', () => {
  it.each([
    ['none at all', 'PYEMBED_MANIFEST_NOT_FOUND', undefined],
    ['broken TOML', 'PYEMBED_MANIFEST_SYNTAX', '[app\nname = "Bad"\n'],
    ['an unknown key', 'PYEMBED_MANIFEST_UNKNOWN_KEY', `${manifest}verison = "3.14"\n`],
    [
      'a wrong type',
      'PYEMBED_MANIFEST_WRONG_TYPE',
      `[app]\nname = "Bad"\n[python]\nversion = 3.14\n`,
    ],
    [
      'a wrong value',
      'PYEMBED_MANIFEST_WRONG_VALUE',
      `[app]\nname = "Bad"\n[python]\nversion = "2.7"\n`,
    ],
    ['a missing key', 'PYEMBED_MANIFEST_MISSING_KEY', `[app]\nname = "Bad"\n[python]\n`],
    [
      'several mistakes',
      'PYEMBED_MANIFEST_INVALID',
      `[app]\nnaem = "Bad"\n[python]\nversion = 3\n`,
    ],
    [
      'a version that no build has',
      'PYEMBED_VERSION_NOT_FOUND',
      manifest.replace('3.14.6', '3.14.99'),
    ],
    [
      'a version that the build has not',
      'PYEMBED_VERSION_NOT_FOUND',
      `${manifest.replace('3.14.6', '3.11')}build = "${build}"\n`,
    ],
    ['a build that is not there', 'PYEMBED_BUILD_NOT_FOUND', `${manifest}build = "20200101"\n`],
    ['a target that is none', 'PYEMBED_TARGET_NOT_FOUND', `${manifest}targets = ["amiga"]\n`],
    [
      'a target that the build has not',
      'PYEMBED_TARGET_NOT_FOUND',
      `${manifest}targets = ["x86_64-unknown-linux-musl"]\n`,
    ],
    [
      'a flavor that the build has not',
      'PYEMBED_TARGET_NOT_FOUND',
      `${manifest}flavor = "install_only"\n`,
    ],
  ])('is refused: %s', async (_, code, text) => {
    const files = text === undefined ? {} : { 'pyembed.toml': text }
    const project = makeProject(files)

    const result = await runCli(['lock'], { cwd: project.directory, env: project.env })

    expectError(result, code)
    expectNothingHalfMade(project, files)
    expect(existsSync(project.data)).toBe(false)
  })
})

describe('packages that cannot be had', () => {
  it.each([
    [
      'no wheel for the floor',
      'PYEMBED_PACKAGE_NOT_FOUND',
      'platform = { glibc = "2.5" }\npackages = { requires = ["numpy>=2.3"] }\n',
    ],
    [
      'no such package',
      'PYEMBED_PACKAGE_NOT_FOUND',
      'packages = { requires = ["pyembed-no-such-package"] }\n',
    ],
    [
      'requirements that exclude each other',
      'PYEMBED_RESOLVE_FAILED',
      'packages = { requires = ["tqdm<4", "tqdm>4"] }\n',
    ],
  ])('are named: %s', async (_, code, lines) => {
    const files = { 'pyembed.toml': `${manifest}${lines}` }
    const project = makeProject(files, true)

    const result = await runCli(['sync'], { cwd: project.directory, env: project.env })

    expectError(result, code)
    expectNothingHalfMade(project, files)
  })

  it('are named with the versions that came out, when the targets differ', async () => {
    const files = {
      'pyembed.toml':
        `${manifest}targets = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"]\n` +
        'packages = { requires = ["pyembed-test-differs"] }\n',
    }
    const project = makeProject(files, true)
    const wheels = temporaryDirectory('wheels')
    const name = 'pyembed_test_differs'
    makeWheel(wheels, { name, version: '1.0', tag: 'py3-none-manylinux2014_x86_64' })
    makeWheel(wheels, { name, version: '2.0', tag: 'py3-none-win_amd64' })

    const result = await runCli(['lock'], {
      cwd: project.directory,
      env: { ...project.env, PIP_FIND_LINKS: wheels },
    })

    expectError(result, 'PYEMBED_PACKAGE_VERSIONS_DIFFER')
    expect(result.stderr).toMatch(
      /1\.0 for x86_64-unknown-linux-gnu.*2\.0 for x86_64-pc-windows-msvc|2\.0 for x86_64-pc-windows-msvc.*1\.0 for x86_64-unknown-linux-gnu/,
    )
    expectNothingHalfMade(project, files)
  })
})

describe('a lock that does not fit', () => {
  it.each([
    [
      'missing, with --locked',
      'PYEMBED_LOCK_MISSING',
      (files: Record<string, string>) => ({ 'pyembed.toml': files['pyembed.toml'] ?? '' }),
    ],
    [
      'stale, with --locked',
      'PYEMBED_LOCK_STALE',
      (files: Record<string, string>) => ({ ...files, 'pyembed.toml': manifest }),
    ],
    [
      'of a newer format',
      'PYEMBED_LOCK_NEWER',
      (files: Record<string, string>) => ({
        ...files,
        'pyembed.lock': '{"lockVersion": 2, "all": "new"}\n',
      }),
    ],
    [
      'damaged',
      'PYEMBED_LOCK_INVALID',
      (files: Record<string, string>) => ({
        ...files,
        'pyembed.lock': (files['pyembed.lock'] ?? '').slice(0, 200),
      }),
    ],
    [
      'with conflict markers',
      'PYEMBED_LOCK_INVALID',
      (files: Record<string, string>) => ({
        ...files,
        'pyembed.lock': `<<<<<<< HEAD\n${files['pyembed.lock']}`,
      }),
    ],
  ])('is refused and kept: %s', async (_, code, change) => {
    const files = change(lockedFiles())
    const project = makeProject(files)

    const result = await runCli(['sync', '--locked'], { cwd: project.directory, env: project.env })

    expectError(result, code)
    expectNothingHalfMade(project, files)
  })

  it('is refused when stale with CI=true', async () => {
    const files = { ...lockedFiles(), 'pyembed.toml': manifest }
    const project = makeProject(files)

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, CI: 'true' },
    })

    expectError(result, 'PYEMBED_LOCK_STALE')
    expectNothingHalfMade(project, files)
  })
})

/** A mirror of one archive that `change` was done to, with the hash that fits. */
function makeMirror(change: (path: string) => void): string {
  const mirror = temporaryDirectory('mirror')
  const path = join(mirror, build, archive)
  mkdirSync(join(mirror, build))
  copyFileSync(join(inject('mirror'), build, archive), path)
  change(path)
  writeFiles(mirror, { [`${build}/SHA256SUMS`]: `${sha256sum(path)}  ${archive}\n` })
  return mirror
}

describe('a data directory that cannot be written', () => {
  it('is named, with what to set', async () => {
    const files = lockedFiles()
    const project = makeProject(files)
    const path = join(temporaryDirectory('data'), 'file')
    writeFileSync(path, '')

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_DATA_DIR: join(path, 'data') },
    })

    expectError(result, 'PYEMBED_FILE_SYSTEM')
    expect(result.stderr).toContain(path)
    expectNothingHalfMade(project, files)
  })
})

describe('a source that fails', () => {
  it('publishes a truncated archive', async () => {
    const files = { 'pyembed.toml': manifest }
    const project = makeProject(files)
    const mirror = makeMirror((path) => truncateSync(path, 20_000_000))

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: mirror },
    })

    expectError(result, 'PYEMBED_ARCHIVE_CORRUPT')
    expectNothingHalfMade(project, files)
  })

  it('has another archive than the one that was locked', async () => {
    const files = lockedFiles()
    const project = makeProject(files)
    const mirror = makeMirror((path) => truncateSync(path, 1_000_000))

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: mirror },
    })

    expectError(result, 'PYEMBED_CHECKSUM_MISMATCH')
    expectNothingHalfMade(project, files)
  })

  it('has not the archive that was locked', async () => {
    const files = lockedFiles()
    const project = makeProject(files)
    const { url, requests } = await startServer((_, response) => response.writeHead(404).end())

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: url },
    })

    expectError(result, 'PYEMBED_DOWNLOAD_NOT_FOUND')
    expectNothingHalfMade(project, files)
    expect(requests).toEqual([`GET /${build}/${archive.replaceAll('+', '%2B')}`])
  })

  it('answers with an error page', async () => {
    const files = { 'pyembed.toml': manifest }
    const project = makeProject(files)
    const { url } = await startServer((_, response) => response.end('<html>Please log in</html>'))

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: url },
    })

    expectError(result, 'PYEMBED_SHASUMS_INVALID')
    expectNothingHalfMade(project, files)
  })

  it.each(['/no/such/mirror', 'http://127.0.0.1:1'])('is not there: %s', async (mirror) => {
    const files = { 'pyembed.toml': manifest }
    const project = makeProject(files)

    const result = await runCli(['sync'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: mirror },
    })

    expectError(result, 'PYEMBED_RELEASE_UNREACHABLE')
    expectNothingHalfMade(project, files)
  })

  it('is not asked with --offline', async () => {
    const files = lockedFiles()
    const project = makeProject(files)
    const { url, requests } = await startServer((_, response) => response.end())

    const result = await runCli(['sync', '--offline'], {
      cwd: project.directory,
      env: { ...project.env, PYEMBED_PYTHON_MIRROR: url },
    })

    expectError(result, 'PYEMBED_OFFLINE')
    expectNothingHalfMade(project, files)
    expect(requests).toEqual([])
  })
})

describe('a project that is not ready', () => {
  it.each([
    ['cmake without .pyembed/', ['cmake', '--dir'], 'PYEMBED_NOT_SYNCED'],
    ['verify without a store', ['verify'], 'PYEMBED_NOT_SYNCED'],
    ['python find without a store', ['python', 'find'], 'PYEMBED_NOT_SYNCED'],
    [
      'a target not in the manifest',
      ['sync', '--target', 'aarch64-pc-windows-msvc'],
      'PYEMBED_TARGET_NOT_IN_MANIFEST',
    ],
    ['init on a manifest', ['init'], 'PYEMBED_MANIFEST_EXISTS'],
  ])('says so: %s', async (_, args, code) => {
    const files = lockedFiles()
    const project = makeProject(files)

    const result = await runCli(args, { cwd: project.directory, env: project.env })

    expectError(result, code)
    expectNothingHalfMade(project, files)
    expect(existsSync(project.data)).toBe(false)
  })
})
