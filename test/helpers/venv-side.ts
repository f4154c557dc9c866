import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll } from 'vitest'

import { newest as pythons } from '../e2e/pythons.ts'
import { runCli } from './cli.ts'
import { sharedDirectory } from './temporary.ts'
import { type InstalledApp, installApp } from './venv.ts'
import { buildVenvTool, type RunTool, useTool } from './venv-tool.ts'
import { makeWheel } from './wheel.ts'

const [python] = pythons

export type Verb = (...args: readonly string[]) => Promise<{
  exitCode: number | undefined
  stderr: string
  json: <T = Record<string, unknown>>() => T
}>

/** An app, and what makes, fills, opens, repairs and removes its environments: the command line, or C++. */
export interface Side {
  readonly app: InstalledApp
  readonly create: Verb
  /** Installs the package of `makeWheel`; the second operand is another folder of wheels. */
  readonly add: Verb
  /** Installs what a file of requirements says. */
  readonly addFile: (venv: string, file: string) => ReturnType<Verb>
  /** Installs with options of pip, from nowhere but what they name. */
  readonly addWith: (
    venv: string,
    options: readonly string[],
    ...requirements: readonly string[]
  ) => ReturnType<Verb>
  readonly open: Verb
  readonly repair: Verb
  readonly remove: Verb
  readonly adopt: Verb
  /** Of all apps of the data directory; the operand is for how many days. */
  readonly prune: Verb
  /** Where an environment is. */
  readonly path: (name: string) => Promise<string>
}

interface SideWorld {
  readonly directory: string
  /** Of the package of `makeWheel`. */
  readonly wheels: string
  /** As of `buildVenvTool`. */
  readonly tool: string
}

/** Makes an app of a test, in a folder of its own. */
type BySide = (side: string, name: string, parts?: { id?: string; dataHome?: string }) => Side

export const sides = ['command line', 'C++'] as const

/** What the tests of a file share; it is there before they run, and gone afterwards. */
export function useSides(name: string): { readonly world: SideWorld; readonly bySide: BySide } {
  const directory = sharedDirectory(name)
  const world = { directory: '', wheels: '', tool: '' }
  beforeAll(async () => {
    chmodSync(directory.path, 0o755)
    const wheels = join(directory.path, 'wheels')
    mkdirSync(wheels)
    makeWheel(wheels)
    Object.assign(world, { directory: directory.path, wheels, tool: await buildVenvTool('gcc') })
  })
  return { world, bySide: (side, app, parts) => makeSide(world, side, app, parts) }
}

/** pip installs from a folder alone. */
function from(folder: string): readonly string[] {
  return ['--offline', '--find-links', folder]
}

function makeSide(
  { directory, wheels, tool }: SideWorld,
  ...[side, name, parts]: Parameters<BySide>
): Side {
  const app = installApp(join(directory, side, name), { ...python, ...parts })
  const run: RunTool = useTool(app, tool)
  const path = async (venv: string): Promise<string> =>
    (await app.create(venv, '--inherit', 'none')).path
  return side === 'C++'
    ? {
        app,
        path,
        create: (venv = '') => run('create', venv, 'none'),
        addFile: (venv, file) => run('install', venv, ...from(wheels), '--requirements', file),
        add: (venv = '', folder = wheels) => run('install', venv, ...from(folder), 'demo'),
        addWith: (venv, options, ...requirements) =>
          run('install', venv, ...options.flatMap((word) => ['--option', word]), ...requirements),
        open: (venv = '') => run('open', venv),
        repair: (venv = '') => run('repair', venv),
        remove: (venv = '') => run('remove', venv),
        adopt: (key = '') => run('adopt', key),
        prune: (days = 'default') => run('prune', days),
      }
    : {
        app,
        path,
        create: (venv = '') => app.venv('create', venv, '--inherit', 'none'),
        addFile: (venv, file) => app.venv('install', venv, ...from(wheels), '--requirement', file),
        add: (venv = '', folder = wheels) =>
          app.venv('install', venv, ...from(folder), '--', 'demo'),
        addWith: (venv, options, ...requirements) => {
          const words = options.map((word) => `--pip-option=${word}`)
          return app.venv('install', venv, '--verbose', ...words, '--', ...requirements)
        },
        open: (venv = '') => app.venv('path', venv),
        repair: (venv = '') => app.venv('repair', venv, '--offline'),
        remove: (venv = '') => app.venv('remove', venv),
        adopt: (key = '') => app.venv('adopt', '--json', key),
        prune: (...days) => {
          const flags = days.flatMap((each) => ['--older-than', each])
          return runCli(['venv', 'prune', '--yes', '--json', ...flags], { env: app.env, cwd: '/' })
        },
      }
}
