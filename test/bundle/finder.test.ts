import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { verifyFramework } from '../../src/framework/verify.ts'
import { makeApp } from '../helpers/app.ts'

const framework = 'Frameworks/Python.framework'

/** Where Finder leaves its file, of which codesign takes no notice. */
const places = [
  '../.DS_Store',
  '.DS_Store',
  'MacOS/.DS_Store',
  'Resources/.DS_Store',
  `${framework}/.DS_Store`,
  `${framework}/Versions/.DS_Store`,
  `${framework}/Versions/A/.DS_Store`,
  `${framework}/Versions/A/lib/.DS_Store`,
]

/** What is wrong with an app and with its framework, by the paths in `Contents`. */
async function problemsOf(app: string): Promise<readonly string[]> {
  const own = await verifyFramework(join(app, 'Contents', framework))
  const { problems } = await verifyBundle(app)
  const found = [
    ...problems.map(({ kind, path }) => `${kind} ${path.replace('Contents/', '')}`),
    ...own.problems.map(({ kind, path }) => `${kind} ${framework}/${path}`),
  ]
  return [...new Set(found)].toSorted()
}

const named = (kind: string, paths: readonly string[]): readonly string[] =>
  paths.map((path) => `${kind} ${path.replace('../', '')}`).toSorted()

describe('.DS_Store', () => {
  it('may lie anywhere', async () => {
    const { app, at } = await makeApp()
    await fixBundle({ emit: () => undefined }, app)
    for (const path of places) writeFileSync(at(path), 'Finder')

    expect(await problemsOf(app)).toEqual([])
    expect(await fixBundle({ emit: () => undefined }, app)).toMatchObject({ written: [] })
  })

  it('is nothing of Finder’s when it may be executed', async () => {
    const { app, at } = await makeApp()
    await fixBundle({ emit: () => undefined }, app)
    for (const path of places) {
      writeFileSync(at(path), 'Finder')
      chmodSync(at(path), 0o755)
    }

    const outside = places.filter((path) => path.startsWith('..') || !path.includes('/A/'))
    const unsealed = outside.filter(
      (path) => !['.DS_Store', 'MacOS', 'Resources'].includes(path.split('/')[0] ?? ''),
    )
    expect(await problemsOf(app)).toEqual(named('structure', unsealed))
  })

  it('may be no link', async () => {
    const { app, at } = await makeApp()
    await fixBundle({ emit: () => undefined }, app)
    for (const path of places) symlinkSync('nothing', at(path))

    const problems = await problemsOf(app)

    expect(problems.map((each) => each.replace(/^\w+ /, '')).toSorted()).toEqual(
      places.map((path) => path.replace('../', '')).toSorted(),
    )
    // Also where it leads to something that is there.
    rmSync(at('Resources/.DS_Store'))
    symlinkSync('de.lproj/texts.strings', at('Resources/.DS_Store'))
    expect(await problemsOf(app)).toEqual(problems)
  })

  it('may be no folder at the root', async () => {
    const { app, at } = await makeApp()
    await fixBundle({ emit: () => undefined }, app)
    const roots = ['../.DS_Store', `${framework}/.DS_Store`, `${framework}/Versions/.DS_Store`]
    for (const path of roots) mkdirSync(at(path))

    expect(await problemsOf(app)).toEqual(named('structure', roots))
  })
})

it('links at the root of a framework may begin with `./`, and a module map may be a file', async () => {
  const { app, at } = await makeApp()
  for (const [path, target] of [
    ['Versions/Current', './A'],
    ['Resources', './Versions/Current/Resources'],
  ] as const) {
    rmSync(at(`${framework}/${path}`))
    symlinkSync(target, at(`${framework}/${path}`))
  }
  writeFileSync(at(`${framework}/module.map`), 'module Python {}')
  await fixBundle({ emit: () => undefined }, app)
  expect(await problemsOf(app)).toEqual([])

  rmSync(at(`${framework}/module.map`))
  symlinkSync('Versions/A/lib', at(`${framework}/module.map`))
  expect(await problemsOf(app)).toEqual([`structure ${framework}/module.map`])
})
