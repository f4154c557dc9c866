import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { FetchedFile } from '../../src/project/fetch-project.ts'
import { linkPythons } from '../helpers/cache.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { linux, type ManifestOptions, windows, writeManifest } from '../helpers/project.ts'
import { startServer } from '../helpers/server.ts'
import { sharedDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { newest } from './pythons.ts'

const secret = 'hunter2-s3cret'

/** Takes out what this machine's environment says of places. */
const noPlaces = {
  PIP_INDEX_URL: undefined,
  PIP_EXTRA_INDEX_URL: undefined,
  PIP_FIND_LINKS: undefined,
  PIP_NO_INDEX: undefined,
}

const run = (cwd: string, args: readonly string[], env = {}): Promise<CliResult> =>
  runCli(args, { cwd, env: { ...inject('cliEnv'), PIP_RETRIES: '0', ...env } })

const readLock = (project: string): string => readFileSync(join(project, 'pyembed.lock'), 'utf8')

describe.each(newest)('pip’s settings and the lock of Python $version', ({ version, build }) => {
  const directory = sharedDirectory('pip-settings')
  const targets = [linux, windows]
  const manifest: ManifestOptions = { version, build, targets, requires: ['tqdm'] }
  const newProject = (): string => writeManifest(temporaryDirectory('pip'), manifest)

  let expected = ''
  let wheels = ''
  beforeAll(async () => {
    const project = writeManifest(join(directory.path, 'project'), manifest)
    const fetched = await run(project, ['fetch', '--all-targets', '--json'])
    expected = readLock(project)
    wheels = join(directory.path, 'wheels')
    mkdirSync(wheels)
    for (const { name, path } of fetched.json<FetchedFile[]>()) {
      if (name.endsWith('.whl')) copyFileSync(path, join(wheels, name))
    }
  })

  it('ignores variables that say where pip installs', async () => {
    const project = newProject()
    const elsewhere = join(project, 'elsewhere')

    const { exitCode, stderr } = await run(project, ['lock'], {
      PIP_TARGET: elsewhere,
      PIP_PREFIX: elsewhere,
      PIP_ROOT: elsewhere,
      PIP_USER: '1',
      PIP_REQUIRE_VIRTUALENV: '1',
      PIP_NO_BINARY: ':all:',
      PIP_CONSTRAINT: join(project, 'none.txt'),
      PIP_REQUIREMENT: join(project, 'none.txt'),
      PIP_PRE: '1',
    })

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(readLock(project)).toBe(expected)
    expect(existsSync(elsewhere)).toBe(false)
  })

  it.each([
    'user = true',
    // pip refuses this beside `user`.
    'target = /nonexistent/here\nrequire-virtualenv = true\nno-deps = true',
  ])('ignores a pip.conf with %j', async (line) => {
    const project = newProject()
    const config = join(project, 'pip.conf')
    writeFileSync(config, `[install]\n${line}\n`)

    const { exitCode, stderr } = await run(project, ['lock'], { PIP_CONFIG_FILE: config })

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(readLock(project)).toBe(expected)
  })

  it.each(['variable', 'pip.conf'] as const)('asks the index that a %s names', async (where) => {
    const project = newProject()
    const index = `http://127.0.0.1:${await closedPort()}/simple/`
    const config = join(project, 'pip.conf')
    writeFileSync(config, `[global]\nindex-url = ${index}\n`)

    const { exitCode, stderr } = await run(project, ['lock'], {
      ...noPlaces,
      ...(where === 'variable' ? { PIP_INDEX_URL: index } : { PIP_CONFIG_FILE: config }),
    })

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/error\[PYEMBED_(?:RESOLVE_FAILED|PACKAGE_NOT_FOUND)\]/)
    expect(existsSync(join(project, 'pyembed.lock'))).toBe(false)
  })

  it.each(['variables', 'pip.conf'] as const)(
    'locks and syncs from a folder of wheels named by %s',
    async (where) => {
      const project = newProject()
      linkPythons(build, targets, join(project, 'cache'))
      const config = join(project, 'pip.conf')
      writeFileSync(config, `[global]\nno-index = true\n[install]\nfind-links =\n  ${wheels}\n`)
      const env = {
        ...noPlaces,
        HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}`,
        PYEMBED_CACHE_DIR: join(project, 'cache'),
        PYEMBED_DATA_DIR: join(project, 'data'),
        ...(where === 'variables'
          ? { PIP_FIND_LINKS: wheels, PIP_NO_INDEX: '1' }
          : { PIP_CONFIG_FILE: config }),
      }

      const locked = await run(project, ['lock'], env)
      const synced = await run(project, ['sync', '--all-targets'], env)

      expect(locked).toMatchObject({ exitCode: 0 })
      expect(synced).toMatchObject({ exitCode: 0 })
      expect(withoutSizes(readLock(project))).toEqual(withoutSizes(expected))
    },
  )

  it.each(['accepted', 'refused'] as const)(
    'never shows the password of an index: %s',
    async (answer) => {
      const project = newProject()
      linkPythons(build, targets, join(project, 'cache'))
      const index = await startIndex(wheels, answer === 'accepted' ? secret : 'another')
      const env = {
        ...noPlaces,
        PIP_INDEX_URL: index.replace('http://', `http://user:${secret}@`),
        PYEMBED_CACHE_DIR: join(project, 'cache'),
        PYEMBED_DATA_DIR: join(project, 'data'),
      }

      const { exitCode, stdout, stderr } = await run(project, ['sync', '--verbose'], env)

      expect({ exitCode, stderr }).toMatchObject({ exitCode: answer === 'accepted' ? 0 : 1 })
      expect(`${stdout}${stderr}`).not.toContain(secret)
      for (const name of readdirSync(project, { recursive: true, encoding: 'utf8' }))
        if (/pyembed\.lock|\.pyembed\/.*\./.test(name))
          expect(readFileSync(join(project, name), 'utf8')).not.toContain(secret)
    },
  )
})

/** A lock without sizes, which not every index tells. */
function withoutSizes(lock: string): unknown {
  return JSON.parse(lock, (key, value: unknown) => (key === 'size' ? undefined : value))
}

/** A port of this machine that refuses connections. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A package index (PEP 503) of a folder of wheels that wants user `user` and a password. */
async function startIndex(folder: string, password: string): Promise<string> {
  const names = readdirSync(folder)
  const wanted = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`
  const { url } = await startServer(({ url: path = '', headers }, response) => {
    const wheel = names.find((name) => path === `/files/${name}`)
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1]
    if (headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    } else if (wheel !== undefined) {
      response.end(readFileSync(join(folder, wheel)))
    } else {
      const links = names
        .filter((name) => name.startsWith(`${project}-`))
        .map((name) => {
          const sha256 = createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')
          return `<a href="/files/${name}#sha256=${sha256}">${name}</a>`
        })
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`)
    }
  })
  return `${url}/simple/`
}
