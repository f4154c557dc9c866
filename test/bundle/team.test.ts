import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { sealMacho, type SealOptions } from '../../src/binary/macho/signature/seal.ts'
import { fixBundle } from '../../src/bundle/fixup.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { loading, makeApp } from '../helpers/app.ts'
import { minor } from '../helpers/framework.ts'
import { signAs } from '../helpers/identity.ts'
import { makeDylib } from '../helpers/make-dylib.ts'

const python = 'Frameworks/Python.framework/Versions/A'
const bin = `${python}/bin/python${minor}`
const libraries = [
  'Frameworks/libcore.dylib',
  `${python}/Python`,
  `${python}/lib/python${minor}/lib-dynload/fat.so`,
  'PlugIns/plugin.so',
]

const entitled = (...names: readonly string[]): Buffer =>
  Buffer.from(
    `<plist version="1.0"><dict>${names.map((name) => `<key>${name}</key><true/>`).join('')}</dict></plist>`,
  )
const mayLoadOthers = entitled('com.apple.security.cs.disable-library-validation')
const runtime = { isRuntime: true }

describe('library validation', () => {
  let app = ''

  beforeEach(async () => {
    const made = await makeApp({
      'Frameworks/libcore.dylib': makeDylib({ defines: ['_core'] }),
      'PlugIns/plugin.so': loading(['@loader_path/../Frameworks/libcore.dylib']),
    })
    app = made.app
    await fixBundle({ emit: () => undefined }, app)
  })

  /** Signs code anew; for the team that is none, ad hoc. */
  const sign = (
    paths: readonly string[],
    team?: string,
    options: Partial<SealOptions> = {},
  ): void => {
    for (const path of paths) {
      const whole = join(app, 'Contents', path)
      const bytes = readFileSync(whole)
      const all = { identifier: 'x', ...options }
      rmSync(whole)
      writeFileSync(whole, team === undefined ? sealMacho(bytes, all) : signAs(team, bytes, all))
    }
  }
  const problems = async (): Promise<readonly string[]> =>
    (await verifyBundle(app)).problems
      .filter(({ detail }) => detail.includes('library-validation'))
      .map(({ path, kind, detail }) => `${kind} ${path.replace('Contents/', '')}: ${detail}`)

  it('is no matter where nobody asked for it', async () => {
    expect(await problems()).toEqual([])

    sign(['MacOS/Demo', bin], 'TEAM1')
    sign(['PlugIns/plugin.so'], 'TEAM2', runtime)
    expect(await problems()).toEqual([])
  })

  it('keeps code of nobody, and of another team, from a hardened program', async () => {
    sign(['MacOS/Demo'], 'TEAM1', runtime)
    expect(await problems()).toEqual([
      expect.stringMatching(
        /^signature MacOS\/Demo: .*`Contents\/.*` and 3 more are not of its team `TEAM1`/,
      ),
    ])

    sign(libraries, 'TEAM1', runtime)
    expect(await problems()).toEqual([])

    sign(['PlugIns/plugin.so'], 'TEAM2', runtime)
    expect(await problems()).toEqual([
      expect.stringContaining('`Contents/PlugIns/plugin.so` is not of its team `TEAM1`'),
    ])
    sign(['MacOS/Demo'], 'TEAM1', {
      ...runtime,
      entitlements: entitled('com.apple.security.cs.allow-jit'),
    })
    expect(await problems()).toHaveLength(1)
    sign(['MacOS/Demo'], 'TEAM1', { ...runtime, entitlements: mayLoadOthers })
    expect(await problems()).toEqual([])
  })

  it('is asked of each program for itself, with or without a team', async () => {
    sign([bin], undefined, runtime)
    expect(await problems()).toEqual([
      expect.stringMatching(new RegExp(`^signature ${bin}: .* not of its team, for it has none`)),
    ])

    sign([bin], undefined, { ...runtime, entitlements: mayLoadOthers })
    expect(await problems()).toEqual([])
  })
})
