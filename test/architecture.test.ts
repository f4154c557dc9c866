import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { environmentVariables } from '../src/env.ts'
import { errorCodes } from '../src/errors.ts'

/** docs/architecture.md, "Data flow": a folder may use those before it. */
const base = ['platform', 'fetch', 'archive', 'binary', 'fs', 'process', 'text']
const baseFiles = ['errors.ts', 'events.ts', 'env.ts', 'context.ts']
const flow = [
  'manifest',
  'releases',
  'lock',
  'store',
  'install',
  'packages',
  'cmake',
  'check',
  'venv',
  'framework',
  'bundle',
  'project',
]

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The text of every file below a folder of the repository, by path relative to that folder. */
function readFiles(folder: string, suffix: RegExp): ReadonlyMap<string, string> {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return new Map(
    paths
      .filter((path) => suffix.test(path))
      .map((path) => [
        path.replaceAll('\\', '/'),
        readFileSync(join(root, folder, path), 'utf8').replaceAll('\r\n', '\n'),
      ]),
  )
}

const sources = readFiles('src', /\.ts$/)

/** What a file imports, exports from or loads: relative paths as paths below `src/`, packages as they are. */
function importsOf(path: string, text: string): readonly string[] {
  const specifiers = text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...specifiers].map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  )
}

const graph = new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]))

/** The folder of a file, or the file itself at the top. */
function part(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path
}

function allowedParts(from: string): readonly string[] {
  const everywhere = [...base, ...baseFiles]
  if (everywhere.includes(from)) return everywhere
  if (from === 'reporter') return [...everywhere, 'reporter']
  const position = flow.indexOf(from)
  if (position !== -1) return [...everywhere, ...flow.slice(0, position + 1)]
  const all = [...everywhere, ...flow, 'reporter']
  if (from === 'commands' || from === 'index.ts') return [...all, 'commands']
  if (from === 'cli.ts') return [...baseFiles, 'commands', 'reporter']
  return []
}

function findCycle(start: string): readonly string[] | undefined {
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return path === start ? [...trail, path] : undefined
    if (done.has(path)) return undefined
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path])
      if (cycle !== undefined) return cycle
    }
    done.add(path)
    return undefined
  }
  const done = new Set<string>()
  return visit(start, [])
}

/** Lines of source files that match, as `path:line`; comments are passed over. */
function findLines(pattern: RegExp, isAllowed: (path: string) => boolean): readonly string[] {
  return [...sources]
    .filter(([path]) => !isAllowed(path))
    .flatMap(([path, text]) =>
      text
        .replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line.replace(/(?<!:)\/\/.*$/, '')) ? [`src/${path}:${index + 1}`] : [],
        ),
    )
}

describe('src', () => {
  it('is read whole', () => {
    expect(sources.size).toBeGreaterThan(80)
    expect(graph.get('cli.ts')).toContain('commands/table.ts')
    expect(graph.get('commands/table.ts')).toContain('commands/sync.ts')
  })

  it('imports along the flow only', () => {
    const against = [...graph].flatMap(([from, imports]) =>
      imports
        .filter((to) => graph.has(to) && !allowedParts(part(from)).includes(part(to)))
        .map((to) => `src/${from} -> src/${to}`),
    )

    expect(against).toEqual([])
  })

  it('has no cycle of imports', () => {
    const cycles = [...graph.keys()].flatMap((path) => {
      const cycle = findCycle(path)
      return cycle === undefined ? [] : [cycle.join(' -> ')]
    })

    expect(cycles).toEqual([])
  })

  it('has no file over 250 lines', () => {
    const long = [...sources].filter(([, text]) => text.trimEnd().split('\n').length > 250)

    expect(long.map(([path]) => path)).toEqual([])
  })

  it('names every folder after what it is about', () => {
    const vague = [...sources.keys()].filter((path) =>
      /(?:^|\/)(?:utils?|helpers?|common)\b/.test(path),
    )

    expect(vague).toEqual([])
  })

  it('writes to the terminal in the reporter only', () => {
    const writes = findLines(/process\.(?:stdout|stderr)|\bconsole\./, (path) =>
      path.startsWith('reporter/'),
    )

    expect(writes).toEqual([])
  })

  it('reads the environment in env.ts only', () => {
    expect(findLines(/process\.env\b/, (path) => path === 'env.ts')).toEqual([])
  })
})

describe('errorCodes', () => {
  it('has a row in docs/errors.md for each code', () => {
    const text = readFileSync(join(root, 'docs/errors.md'), 'utf8')

    const missing = errorCodes.filter(
      (code) => !new RegExp(`^(?:#+ |\\| ?|- )?\`?${code}\\b`, 'm').test(text),
    )

    expect(missing).toEqual([])
  })

  it('has a test for each code', () => {
    const tests = [...readFiles('test', /\.test\.ts$/)]
      .filter(([path]) => path !== 'architecture.test.ts')
      .map(([, text]) => text)
      .join('\n')

    expect(errorCodes.filter((code) => !tests.includes(`'${code}'`))).toEqual([])
  })

  it('has only codes that are thrown', () => {
    const text = [...sources.values()].join('\n')
    // Once where it is declared, and where it is thrown.
    const uses = (code: string): number => text.split(`'${code}'`).length - 1

    expect(errorCodes.filter((code) => uses(code) < 2)).toEqual([])
  })
})

describe('environmentVariables', () => {
  it('has a row in docs/environment.md for each variable', () => {
    const text = readFileSync(join(root, 'docs/environment.md'), 'utf8')

    const missing = Object.keys(environmentVariables).filter(
      (name) => !new RegExp(`^(?:#+ |\\| ?|- )?\`${name}\``, 'm').test(text),
    )

    expect(missing).toEqual([])
  })
})
