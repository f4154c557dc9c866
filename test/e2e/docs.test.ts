import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { describe, expect, inject, it } from 'vitest'

import { parseManifest } from '../../src/manifest/read.ts'
import { cleanEnvironment, cliPath } from '../helpers/cli.ts'
import { copyExample } from '../helpers/example.ts'
import { runDockerfile } from '../helpers/dockerfile.ts'
import { type Block, type Page, parseMarkdown, runsOf } from '../helpers/markdown.ts'
import { openPlaces, places } from '../helpers/places.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools, type Tool } from '../helpers/tools.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every way a block may be marked (CONTRIBUTING.md); there is none that runs and is not run here. */
const marks = new Set([
  'sh',
  'sh checkout',
  'sh macos',
  'sh windows',
  'powershell',
  'console',
  'text',
  '',
  'toml',
  'json',
  'cmake',
  'cpp',
  'yaml',
  'dockerfile',
])

/** What a checkout of this repository is told to run; CI runs both whole. */
const checkoutCommands = new Set(['npm ci && npm run demo', 'npm ci && npm test'])

/** Pages about a project that is there already, and the example that stands for it. */
const exampleOf = new Map([['docs/ci.md', 'hello-numpy']])

/** The pages whose blocks users copy: README.md, once it is there, and docs/. */
const pages = new Map(
  ['README.md', ...markdownBelow('docs')]
    .filter((path) => existsSync(join(root, path)))
    .map((path) => [path, readPage(path)] as const),
)

function markdownBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !/(?:^|[\\/])(?:node_modules|build)[\\/]/.test(path))
    .map((path) => join(folder, path))
    .sort()
}

function readPage(path: string): Page {
  return parseMarkdown(readFileSync(join(root, path), 'utf8'))
}

/** Blocks of all pages with a mark, as rows for `it.each`. */
function blocksMarked(
  ...wanted: readonly string[]
): readonly { place: string; page: string; block: Block }[] {
  return [...pages].flatMap(([page, { blocks }]) =>
    blocks
      .filter(({ info }) => wanted.includes(info))
      .map((block) => ({ place: `${page}:${block.line}`, page, block })),
  )
}

describe('pages', () => {
  it('mark every block with what is done to it', () => {
    const unknown = [...pages].flatMap(([page, { blocks }]) =>
      blocks
        .filter(({ info }) => !marks.has(info))
        .map(({ info, line }) => `${page}:${line}: ${info}`),
    )

    expect(unknown).toEqual([])
  })

  it('link to files and headings that exist', () => {
    const all = [
      ...readdirSync(root).filter((path) => path.endsWith('.md')),
      ...['docs', 'examples', 'test'].flatMap(markdownBelow),
    ]
    const broken = all.flatMap((page) =>
      readPage(page)
        .links.filter(({ target }) => !/^[a-z]+:/.test(target))
        .filter(({ target }) => !isThere(page, target))
        .map(({ target, line }) => `${page}:${line}: ${target}`),
    )

    expect(all.length).toBeGreaterThan(10)
    expect(broken).toEqual([])
  })

  it('tell a checkout only commands that CI runs', () => {
    const commands = blocksMarked('sh checkout').map(({ block }) =>
      block.text.trim().split(/\n+/).join(' && '),
    )

    expect(commands.filter((command) => !checkoutCommands.has(command))).toEqual([])
  })
})

function isThere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), decodeURI(path))
  if (relative(root, file).startsWith('..') || !existsSync(file)) return false
  return anchor === undefined || readPage(relative(root, file)).anchors.has(anchor)
}

function runTool(tool: Tool, args: readonly string[], input = ''): void {
  execFileSync(tool, args, { input })
}

/** The programs that the blocks of a page name, beside pyembed and the system's. */
describeWithTools(['cmake', 'make', 'ninja', 'g++'], 'commands in pages', () => {
  const runnable = [...pages.keys()].filter((page) =>
    pages.get(page)?.blocks.some(({ info }) => info === 'sh'),
  )

  it.concurrent.for(runnable)('run as written, in order: %s', async (page, { onTestFinished }) => {
    // vitest's own onTestFinished does not know which of several concurrent tests asked.
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-docs-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const bin = join(folder, 'bin')
    const work = join(folder, 'work')
    mkdirSync(bin)
    mkdirSync(work)
    writeFileSync(
      join(bin, 'pyembed'),
      `#!/bin/sh\nexec "${process.execPath}" "${cliPath}" "$@"\n`,
      { mode: 0o755 },
    )
    const cliEnv = inject('cliEnv')
    const env = {
      ...cleanEnvironment(),
      ...cliEnv,
      // Pages remove what they find here.
      PYEMBED_CACHE_DIR: join(folder, 'cache'),
      PYEMBED_DATA_DIR: join(folder, 'data'),
      XDG_DATA_HOME: join(folder, 'user data'),
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    }
    const downloads = join(cliEnv['PYEMBED_CACHE_DIR'] ?? '', 'downloads')
    // Hard links, which pages may remove: most pages sync the very Python of the template.
    await execa('cp', ['-al', join(inject('template'), 'cache'), join(folder, 'cache')])
    linkDownloads(downloads, join(folder, 'cache', 'downloads'))
    const servers = await openPlaces(inject('mirror'), work, downloads)
    onTestFinished(servers.close)
    const blocks = pages.get(page)?.blocks ?? []
    const example = exampleOf.get(page)
    if (example !== undefined) copyExample(example, work)

    for (const { info, text, line } of blocks) {
      if (info === 'dockerfile') {
        const printed = await runDockerfile(text, work, join(folder, 'container'), env)
        expect(printed, `${page}:${line}`).toContain('numpy')
      }
      const scripts = info === 'sh' ? [servers.fill(text)] : info === 'yaml' ? runsOf(text) : []
      if (info === 'yaml') expect(scripts, `${page}:${line} runs nothing`).not.toEqual([])
      for (const script of scripts) {
        const { exitCode, all } = await execa('bash', ['-c', `set -eu\n${script}`], {
          cwd: work,
          env,
          extendEnv: false,
          reject: false,
          all: true,
        })
        expect(exitCode, `${page}:${line}:\n${all}`).toBe(0)
      }
      const visited = servers.visited()
      const unused = places.filter((place) => text.includes(place) && !visited.has(place))
      expect(
        unused.filter((place) => /^https?:/.test(place)),
        `${page}:${line} asks no server`,
      ).toEqual([])
    }
  })

  it.each(blocksMarked('cpp').filter(({ block }) => block.text.includes('#include')))(
    'compile: $place',
    ({ block }) => {
      const { prefix = '' } = inject('projects')['20260610']?.results[0] ?? {}
      const include = ['runtime/include', 'examples/hello-numpy'].map((path) => join(root, path))
      const args = ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c++', '-']

      runTool(
        'g++',
        [...args, ...[...include, join(prefix, 'include/python3.14')].map((path) => `-I${path}`)],
        block.text,
      )
    },
  )

  it.each(blocksMarked('cmake'))('are CMake: $place', ({ block }) => {
    const script = join(temporaryDirectory('docs'), 'block.cmake')
    writeFileSync(script, `if(FALSE)\n${block.text}\nendif()\n`)

    runTool('cmake', ['-P', script])
  })
})

describe('commands for other systems', () => {
  it('are syntax of a shell', () => {
    for (const { place, block } of blocksMarked('sh macos', 'sh windows')) {
      expect(() => execFileSync('bash', ['-n'], { input: block.text }), place).not.toThrow()
    }
  })

  it('have balanced braces, where they are PowerShell (which is not here to run them)', () => {
    for (const { place, block } of blocksMarked('powershell')) {
      const code = block.text.replaceAll(/"[^"\n]*"|'[^'\n]*'|#.*$/gm, '')
      const count = (character: string): number => code.split(character).length - 1
      for (const [open, close] of ['{}', '()', '[]'] as const) {
        expect(count(open ?? ''), place).toBe(count(close ?? ''))
      }
    }
  })
})

describe('data in pages', () => {
  it.each(blocksMarked('toml').filter(({ block }) => block.text.includes('[app]')))(
    'is a manifest: $place',
    ({ place, block }) => {
      expect(parseManifest(block.text, place).app.name).not.toBe('')
    },
  )

  it.each(blocksMarked('json'))('is JSON: $place', ({ block }) => {
    expect(() => JSON.parse(block.text) as unknown).not.toThrow()
  })
})

function linkDownloads(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (/^[0-9a-f]{64}$/.test(name) && !existsSync(join(to, name)))
      linkSync(join(from, name), join(to, name))
  }
}
