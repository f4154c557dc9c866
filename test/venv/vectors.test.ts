import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import type { OperatingSystem } from '../../src/platform/target.ts'
import { abiTag, type App, appPath } from '../../src/venv/app.ts'
import { parseAppFile } from '../../src/venv/app-file.ts'
import { formatCfg } from '../../src/venv/cfg.ts'
import { dataHome } from '../../src/venv/data-home.ts'
import { venvKey } from '../../src/venv/key.ts'
import { venvLayout, type VenvLayout } from '../../src/venv/layout.ts'
import { folderName, isVenvName } from '../../src/venv/names.ts'
import { editablesOf, requireInside } from '../../src/venv/pip-options.ts'
import { pipShim, pipShimPath } from '../../src/venv/pip-shim.ts'
import {
  formatApp,
  formatRecord,
  type Inherit,
  parseApp,
  parseRecord,
  type VenvRecord,
} from '../../src/venv/record.ts'
import { completeStep, withoutSecrets } from '../../src/venv/steps.ts'
import { codeOf } from '../helpers/errors.ts'
import { runPython } from '../helpers/python.ts'

const folder = new URL('../vectors/', import.meta.url)

function readCases<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`venv-${name}.json`, folder), 'utf8')) as T[]
}

describe('the vectors of environments', () => {
  it('are what a second implementation of the contract says', () => {
    const oracle = fileURLToPath(new URL('venv_oracle.py', folder))
    const program = `import runpy, sys; sys.argv = [sys.argv[0]]; runpy.run_path(${JSON.stringify(oracle)}, run_name='__main__')`

    expect(JSON.parse(runPython(program))).toEqual([])
  })
})

interface Home {
  readonly system: OperatingSystem
  readonly environment: Record<string, string>
  readonly home: string | null
  readonly dataHome: string | null
}
it.each(readCases<Home>('homes'))('data home: %j', ({ system, environment, home, ...expected }) => {
  expect(dataHome(system, environment, home ?? undefined) ?? null).toBe(expected.dataHome)
})

interface Identity {
  readonly system: OperatingSystem
  readonly id: string
  readonly executable: string
  readonly identity: string
}
it.each(readCases<Identity>('identities'))(
  'identity: %j',
  ({ system, id, executable, identity }) => {
    expect(id === '' ? appPath(system, executable) : id).toBe(identity)
  },
)

it.each(readCases<{ identity: string; abi: string; key: string }>('keys'))(
  'key: %j',
  async ({ identity, abi, key }) => {
    expect(await venvKey(identity, abi)).toBe(key)
  },
)

it.each(readCases<{ name: string; folder: string }>('folders'))(
  'folder: %j',
  ({ name, ...expected }) => {
    expect(folderName(name)).toBe(expected.folder)
  },
)

it.each(readCases<{ name: string; isName: boolean }>('names'))('name: %j', ({ name, isName }) => {
  expect(isVenvName(name)).toBe(isName)
})

it.each(readCases<{ version: string; pinId: string; abi: string }>('abis'))(
  'ABI: %j',
  ({ abi, ...base }) => {
    expect(abiTag(base)).toBe(abi)
  },
)

interface Files {
  readonly system: OperatingSystem
  readonly abi: string
  readonly executable: string
  readonly files: VenvLayout
}
it.each(readCases<Files>('files'))('files: %j', ({ system, abi, executable, files }) => {
  expect(venvLayout(system, abi, executable)).toEqual(files)
})

interface Cfg {
  readonly executable: string
  readonly version: string
  readonly inherit: Inherit
  readonly app: string
  readonly key: string
  readonly text: string
}
it.each(readCases<Cfg>('cfgs'))('pyvenv.cfg: %j', ({ executable, version, text, ...inputs }) => {
  expect(formatCfg({ base: { executable, version }, ...inputs })).toBe(text)
})

it.each(readCases<{ record: VenvRecord; text: string }>('records'))(
  'record: %j',
  ({ record, text }) => {
    expect(formatRecord(record)).toBe(text)
    expect(parseRecord(text)).toEqual({ verdict: 'valid', record })
  },
)

it.each(readCases<{ text: string; verdict: string }>('damaged-records'))(
  'damaged record: $text is $verdict',
  ({ text, verdict }) => {
    expect(parseRecord(text).verdict).toBe(verdict)
  },
)

it.each(readCases<{ app: App; text: string }>('apps'))('app.json: %j', ({ app, text }) => {
  expect(formatApp(app)).toBe(text)
  expect(parseApp(text)).toEqual(app)
})

it.each(readCases<{ path: string; text: string }>('pip'))(
  'pip for an environment of its own: $path',
  ({ path, text }) => {
    expect({ path: pipShimPath, text: pipShim }).toEqual({ path, text })
  },
)

interface Options {
  readonly options: readonly string[]
  readonly kept: readonly string[]
  readonly editables: readonly string[]
  readonly refused: boolean
}
it.each(readCases<Options>('options'))(
  'options of pip: $options',
  async ({ options, kept, editables, refused }) => {
    const step = { ...completeStep({}), options }
    expect(withoutSecrets(step).options).toEqual(kept)
    expect(editablesOf(options)).toEqual(editables)
    const asked = codeOf(() => requireInside(step, 'tool'))
    if (refused) expect(await asked).toBe('PYEMBED_VENV_OPTION')
    else await expect(asked).rejects.toThrow()
  },
)

interface AppFile {
  readonly text: string
  readonly wrong: string
  readonly members: object | null
}
it.each(readCases<AppFile>('app-files'))('pyembed-app.json: $text', ({ text, wrong, members }) => {
  expect(parseAppFile(text)).toEqual(wrong === '' ? { members } : { wrong })
})
