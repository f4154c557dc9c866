import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { Environment } from '../../src/env.ts'
import { type PythonRequest, selectPython } from '../../src/releases/select.ts'
import { testContext } from '../helpers/context.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { serveFiles, startServer } from '../helpers/server.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const linux = 'x86_64-unknown-linux-gnu'
const windows = 'x86_64-pc-windows-msvc'

/** `SHA256SUMS` of the archives named `version build target flavor`; each has its own hash. */
function shasums(...archives: readonly string[]): string {
  return archives
    .map((archive, index) => {
      const [version, build, target, flavor = 'install_only_stripped'] = archive.split(' ')
      return `${String(index + 1).repeat(64)}  cpython-${version}+${build}-${target}-${flavor}.tar.gz\n`
    })
    .join('')
}

function request(changes: Partial<PythonRequest> = {}): PythonRequest {
  return { version: '3.14', build: undefined, variant: 'default', flavor: undefined, ...changes }
}

/** A folder as mirror, by build. */
function mirrorOf(builds: Readonly<Record<string, string>>): Partial<Environment> {
  const mirror = temporaryDirectory('mirror')
  writeFiles(
    mirror,
    Object.fromEntries(
      Object.entries(builds).map(([build, text]) => [join(build, 'SHA256SUMS'), text]),
    ),
  )
  return { pythonMirror: mirror }
}

function contextOf(env: Partial<Environment>) {
  return testContext(temporaryDirectory(), env)
}

describe('selectPython from the catalogue', () => {
  it('asks no server for a build that it knows', async () => {
    const server = await serveFiles({})
    const context = contextOf({ pythonUpstreams: [server.url], isOffline: true })
    const exact = request({ version: '3.12.11', build: '20250712' })

    const { version, build, assets } = await selectPython(context, exact, [linux, windows])

    expect({ version, build }).toEqual({ version: '3.12.11', build: '20250712' })
    expect(assets.get(linux)?.sha256).toBe(
      'e42c16fe50fda85dad3f5042b6d507476ea8e88c0f039018fef0680038d87c17',
    )
    expect(server.requests).toEqual([])
  })

  it('takes the newest build that has the version', async () => {
    const { build } = await selectPython(contextOf({}), request({ version: '3.13' }), [linux])

    expect(build).toBe('20260814')
  })

  it('asks upstream for a build that it does not know, + escaped and redirects followed', async () => {
    const text = shasums(`3.14.9 20990101 ${linux}`, `3.13.1 20990101 ${linux}`)
    const github = await serveFiles({ '/download/20990101/SHA256SUMS': text })
    const astral = await startServer(({ url }, response) =>
      response.writeHead(302, { location: `${github.url}/download${url}` }).end(),
    )
    const context = contextOf({ pythonUpstreams: [astral.url] })

    const selection = await selectPython(context, request({ build: '20990101' }), [linux])

    expect(selection.version).toBe('3.14.9')
    expect(astral.requests).toEqual(['GET /20990101/SHA256SUMS'])
    expect(github.requests).toEqual(['GET /download/20990101/SHA256SUMS'])
  })

  it('goes on to the second upstream when the first has no such build or is down', async () => {
    const text = shasums(`3.14.9 20990101 ${linux}`)
    const empty = await serveFiles({})
    const second = await serveFiles({ '/20990101/SHA256SUMS': text })
    const upstreams = [empty.url, 'http://127.0.0.1:1', second.url]
    const context = contextOf({ pythonUpstreams: upstreams })

    const selection = await selectPython(context, request({ build: '20990101' }), [linux])

    expect(selection.version).toBe('3.14.9')
  })

  it('says that no upstream can be reached, which is not "no such build"', async () => {
    const empty = await serveFiles({})
    const context = contextOf({ pythonUpstreams: [empty.url, 'http://127.0.0.1:1'] })

    expect(await codeOf(() => selectPython(context, request({ build: '20990101' }), [linux]))).toBe(
      'PYEMBED_RELEASE_UNREACHABLE',
    )
  })

  it('does not take an error page for a release', async () => {
    const server = await startServer((_, response) => response.end('<html>Log in</html>'))
    const context = contextOf({ pythonUpstreams: [server.url] })

    expect(await codeOf(() => selectPython(context, request({ build: '20990101' }), [linux]))).toBe(
      'PYEMBED_SHASUMS_INVALID',
    )
  })

  it('opens no connection when the network is off', async () => {
    const server = await serveFiles({})
    const context = contextOf({ pythonUpstreams: [server.url], isOffline: true })

    expect(await codeOf(() => selectPython(context, request({ build: '20990101' }), [linux]))).toBe(
      'PYEMBED_OFFLINE',
    )
    expect(server.requests).toEqual([])
  })
})

describe('selectPython from a mirror', () => {
  it('takes the newest build of a folder, and its newest patch', async () => {
    const env = mirrorOf({
      '20260101': shasums(`3.14.9 20260101 ${linux}`),
      '20260610': shasums(`3.14.6 20260610 ${linux}`, `3.14.10 20260610 ${linux}`),
      '20260701': shasums(`3.13.9 20260701 ${linux}`),
      'not-a-build': 'garbage',
    })

    const { version, build } = await selectPython(contextOf(env), request(), [linux])

    expect({ version, build }).toEqual({ version: '3.14.10', build: '20260610' })
  })

  it('passes over a newer build that lacks a target', async () => {
    const env = mirrorOf({
      '20260101': shasums(`3.14.1 20260101 ${linux}`, `3.14.1 20260101 ${windows}`),
      '20260610': shasums(`3.14.6 20260610 ${linux}`),
    })

    const { build } = await selectPython(contextOf(env), request(), [linux, windows])

    expect(build).toBe('20260101')
  })

  it('trusts the mirror and not the catalogue', async () => {
    const env = mirrorOf({ '20250712': shasums(`3.12.11 20250712 ${linux}`) })
    const exact = request({ version: '3.12.11', build: '20250712' })

    const { assets } = await selectPython(contextOf(env), exact, [linux])

    expect(assets.get(linux)?.sha256).toBe('1'.repeat(64))
  })

  it.each([
    [undefined, 'install_only_stripped', 'install_only'],
    ['install_only', 'install_only', 'install_only'],
  ] as const)(
    'with flavor %s takes %s, and %s where that is all',
    async (flavor, first, second) => {
      const env = mirrorOf({
        '20260610': shasums(
          `3.14.6 20260610 ${linux} install_only`,
          `3.14.6 20260610 ${linux} install_only_stripped`,
          `3.14.6 20260610 ${windows} install_only`,
        ),
      })

      const { assets } = await selectPython(contextOf(env), request({ flavor }), [linux, windows])

      expect(assets.get(linux)?.flavor).toBe(first)
      expect(assets.get(windows)?.flavor).toBe(second)
    },
  )

  it.each([
    ['PYEMBED_VERSION_NOT_FOUND', 'no known build', { version: '3.15' }, linux],
    ['PYEMBED_VERSION_NOT_FOUND', 'has no', { version: '3.15', build: '20260610' }, linux],
    ['PYEMBED_VERSION_NOT_FOUND', 'freethreaded', { variant: 'freethreaded' }, linux],
    ['PYEMBED_BUILD_NOT_FOUND', '20260611', { build: '20260611' }, linux],
    ['PYEMBED_TARGET_NOT_FOUND', windows, {}, windows],
    ['PYEMBED_TARGET_NOT_FOUND', 'install_only', { flavor: 'install_only' }, linux],
  ] as const)('throws %s that names `%s`', async (code, text, changes, target) => {
    const env = mirrorOf({ '20260610': shasums(`3.14.6 20260610 ${linux}`) })

    const error = await errorOf(() => selectPython(contextOf(env), request(changes), [target]))

    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
    expect(error.hint).toBeTruthy()
  })

  it('says that a folder is not there', async () => {
    const context = contextOf({ pythonMirror: '/no/such/mirror' })

    expect(await codeOf(() => selectPython(context, request(), [linux]))).toBe(
      'PYEMBED_RELEASE_UNREACHABLE',
    )
  })
})
