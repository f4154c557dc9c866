import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { splitCommand } from '../../src/bundle/run-signing.ts'
import { readEnvironment } from '../../src/env.ts'
import { fixupApp, planAppSigning } from '../../src/project/fixup-app.ts'
import { infoPlist, libpython, loading, makeApp } from '../helpers/app.ts'
import { testContext } from '../helpers/context.ts'
import { errorOf } from '../helpers/errors.ts'
import { findCode } from '../helpers/framework-seal.ts'
import { minor } from '../helpers/framework.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const more = {
  'PlugIns/View.bundle/Contents/Info.plist': infoPlist('View'),
  'PlugIns/View.bundle/Contents/MacOS/View': loading([`@rpath/${libpython}`]),
  'PlugIns/View.bundle/Contents/Resources/tool': loading(['/usr/lib/libSystem.B.dylib'], {
    fileType: 2,
  }),
  'PlugIns/plugin': loading([`@rpath/${libpython}`]),
}

describe('planAppSigning', () => {
  it('lists all code from the inside out, with what programs are entitled to', async () => {
    const { app } = await makeApp(more)

    const plan = planAppSigning({ app, entitlements: 'mine.plist' })

    const places = plan.map(({ path }) => path.slice(app.length + 1))
    const python = 'Contents/Frameworks/Python.framework'
    expect(places).toEqual([
      `${python}/Versions/A/bin/python${minor}`,
      `${python}/Versions/A/lib/python${minor}/lib-dynload/fat.so`,
      python,
      'Contents/PlugIns/View.bundle/Contents/Resources/tool',
      'Contents/PlugIns/View.bundle',
      'Contents/PlugIns/plugin',
      '',
    ])
    // Each file of code is there, by its own path or as its bundle’s.
    expect(findCode(app)).toHaveLength(plan.length)
    const entitled = plan.filter(({ entitlements }) => entitlements !== null)
    expect(entitled.map(({ path }) => path.slice(app.length + 1))).toEqual([
      `${python}/Versions/A/bin/python${minor}`,
      'Contents/PlugIns/View.bundle/Contents/Resources/tool',
      '',
    ])
    expect(readFileSync(entitled[0]?.entitlements ?? '', 'utf8')).toContain(
      'com.apple.security.cs.disable-library-validation',
    )
    expect(plan.at(-1)).toMatchObject({
      kind: 'bundle',
      identifier: 'org.example.Demo',
      entitlements: join(process.cwd(), 'mine.plist'),
    })
    expect(plan.at(-1)?.options).toEqual([
      '--force',
      '--timestamp',
      '--options',
      'runtime',
      '--identifier',
      'org.example.Demo',
      '--entitlements',
      join(process.cwd(), 'mine.plist'),
    ])
  })

  it('lists what nobody signed in a package for Windows', () => {
    const folder = temporaryDirectory('windows')
    writeFiles(folder, {
      'bin/app.exe': makePe(0),
      'bin/signed.dll': makePe(512),
      'lib/_ext.pyd': makePe(0),
      'lib/old.com': Buffer.from('MZ'.padEnd(100, '\0')),
      'readme.txt': 'MZ',
    })

    const plan = planAppSigning({ app: folder })

    expect(plan.map(({ path, kind }) => [path.slice(folder.length + 1), kind])).toEqual([
      ['bin/app.exe', 'pe'],
      ['lib/_ext.pyd', 'pe'],
    ])
  })
})

describe('fixupApp', () => {
  it('has the sign command sign what is for Windows in a folder, and says what it left out', async () => {
    const folder = temporaryDirectory('windows')
    writeFiles(folder, { 'app.exe': makePe(0), 'lib/_ext.pyd': makePe(0), 'c.dll': makePe(512) })
    const signed = join(temporaryDirectory(), 'signed')
    writeFileSync(signed, makePe(512))
    // Whatever it is told, it does one of the two.
    const script = join(temporaryDirectory(), 'sign.sh')
    writeFileSync(
      script,
      `#!/bin/sh\n[ "$PYEMBED_SIGN_KIND" = pe ] && case $1 in *.pyd) ;; *) cp '${signed}' "$1" ;; esac\n`,
    )
    chmodSync(script, 0o755)
    const env = { signCommand: script, variables: { PATH: process.env['PATH'] } }
    const context = testContext(temporaryDirectory(), env)

    const fixed = await fixupApp(context, { app: folder })

    expect(fixed).toMatchObject({ ok: false, files: 3, signed: 2, written: [] })
    expect(fixed.problems).toEqual([
      { path: 'lib/_ext.pyd', kind: 'signature', detail: 'nobody signed it' },
    ])
    const nothing = await errorOf(() => fixupApp(context, { app: temporaryDirectory('empty') }))
    expect(nothing.code).toBe('PYEMBED_BUNDLE_UNFIT')
  })

  it('runs the sign command for each item in order, and judges what comes out', async () => {
    const { app } = await makeApp(more)
    const root = temporaryDirectory('a b')
    const log = join(root, 'log')
    const script = join(root, 'sign me.sh')
    writeFileSync(
      script,
      '#!/bin/sh\necho "$PYEMBED_SIGN_KIND|$PYEMBED_SIGN_IDENTIFIER|$PYEMBED_SIGN_COMMAND|$1|$2" >> "$LOG"\n',
    )
    chmodSync(script, 0o755)
    const context = testContext(root, {
      signCommand: `"${script}" 'top secret'`,
      variables: { LOG: log, PATH: process.env['PATH'] },
    })

    const fixed = await fixupApp(context, { app })

    // It has signed nothing.
    expect(fixed).toMatchObject({ ok: false, signed: 7 })
    expect(fixed.problems).toHaveLength(7)
    expect(new Set(fixed.problems.map(({ detail }) => detail))).toEqual(
      new Set(['nobody signed it']),
    )
    const plan = planAppSigning({ app })
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(
      plan.map(({ kind, identifier, path }) => `${kind}|${identifier}||top secret|${path}`),
    )
    expect(JSON.stringify(context.events)).not.toContain('secret')
  })

  it('ends with the first item that cannot be signed, without what it was given', async () => {
    const { app } = await makeApp(more)
    const root = temporaryDirectory('sign')
    const log = join(root, 'log')
    const script = join(root, 'sign.sh')
    writeFileSync(script, '#!/bin/sh\necho "$3" >> "$LOG"; echo "no key for $1 $2" >&2; exit 3\n')
    chmodSync(script, 0o755)
    const env = {
      // One is part of the other.
      signCommand: `${script} hunter hunter22`,
      variables: { LOG: log, PATH: process.env['PATH'] },
    }

    const error = await errorOf(() => fixupApp(testContext(root, env), { app }))

    expect(error.code).toBe('PYEMBED_SIGN_FAILED')
    expect(error.message).toMatch(/bin\/python.*exit code 3\nno key for \*\*\* \*\*\*$/s)
    expect(JSON.stringify([error.message, error.hint])).not.toContain('hunter')
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1)
    const missing = { ...env, signCommand: '/nowhere/sign hunter22' }
    const other = await errorOf(() => fixupApp(testContext(root, missing), { app }))
    expect(other.code).toBe('PYEMBED_SIGN_FAILED')
    expect(other.message).not.toContain('hunter22')
    expect(existsSync(log)).toBe(true)
  })

  it('warns of entitlements that keep packages from loading, and refuses what are none', async () => {
    const { app } = await makeApp()
    const root = temporaryDirectory('entitled')
    const file = join(root, 'e.plist')
    writeFileSync(
      file,
      readFileSync('templates/macos/entitlements.plist', 'utf8').replace('true', 'false'),
    )
    const context = testContext(root)

    const fixed = await fixupApp(context, { app, entitlements: file })

    expect(fixed.ok).toBe(true)
    expect(context.events).toContainEqual(expect.objectContaining({ kind: 'warning' }))
    writeFileSync(file, 'none')
    const error = await errorOf(() => fixupApp(context, { app, entitlements: file }))
    expect(error.code).toBe('PYEMBED_PLIST_INVALID')
  })
})

it('reads the sign command from the environment', () => {
  expect(readEnvironment({ PYEMBED_SIGN_COMMAND: 'sign' }).signCommand).toBe('sign')
  expect(readEnvironment({ PYEMBED_SIGN_COMMAND: '' }).signCommand).toBeUndefined()
})

describe('splitCommand', () => {
  it.each([
    ['sign', ['sign']],
    [
      ' codesign  --sign "Developer ID Application: A (B)" ',
      ['codesign', '--sign', 'Developer ID Application: A (B)'],
    ],
    [`'a b' "it's"`, ['a b', "it's"]],
    ['C:\\tools\\sign.exe /a', ['C:\\tools\\sign.exe', '/a']],
  ])('reads %s', (text, words) => {
    expect(splitCommand(text)).toEqual(words)
  })

  it.each(['a "b', 'a"b"', '"a""b"', "'", ' '])('refuses %s', async (text) => {
    expect((await errorOf(() => splitCommand(text))).code).toBe('PYEMBED_USAGE')
  })
})

/** The headers of a PE file, with so many bytes of certificates. */
function makePe(certificates: number): Buffer {
  const bytes = Buffer.alloc(1024)
  bytes.write('MZ')
  bytes.writeUInt32LE(64, 60)
  bytes.write('PE\0\0', 64)
  bytes.writeUInt16LE(0x8664, 68)
  bytes.writeUInt16LE(240, 84)
  bytes.writeUInt16LE(0x20b, 88)
  bytes.writeUInt32LE(16, 88 + 108)
  bytes.writeUInt32LE(certificates, 88 + 112 + 4 * 8 + 4)
  return bytes
}
