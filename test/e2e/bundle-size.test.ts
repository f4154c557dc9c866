import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { BundleVerification } from '../../src/bundle/verify.ts'
import type { FixedApp } from '../../src/project/fixup-app.ts'
import { runCli } from '../helpers/cli.ts'
import { flipBit, judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { judgeCode } from '../helpers/framework-seal.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeUnless, describeWithTools } from '../helpers/tools.ts'

/** An app with modules and libraries of two build machines that load each other, and want symbols of any library. */
async function makeModules(count: number): Promise<string> {
  const names = Array.from({ length: 50 }, (_, index) => `_Py_function_${index}`)
  // `DYNAMIC_LOOKUP_ORDINAL`
  const options = { wants: names.map((name) => [name, 0xfe] as const), codeSize: 1 }
  const files = Array.from({ length: count / 2 }, (_, index) => {
    const [own, next] = [index, (index + 1) % (count / 2)].map((each) => `libpart${each}.dylib`)
    const loads = [`/install/lib/${libpython}`, `/home/ci/lib/${own}`]
    return [
      [`Resources/modules/module${index}.so`, loading(loads, options)],
      [
        `Frameworks/${own}`,
        loading([`/home/ci/lib/${next}`], {
          ...options,
          fileType: 6,
          id: `/home/ci/lib/${own}`,
        }),
      ],
    ] as const
  })
  return (await makeApp(Object.fromEntries(files.flat()))).app
}

it('an app of a thousand small libraries is fixed and judged', async () => {
  const app = await makeModules(1000)
  for (const command of [['fixup'], ['framework', 'verify']])
    expect((await runCli([...command, app, '--json'])).json()).toMatchObject({
      ok: true,
      problems: [],
    })
  expect(judgeApp(app)).toEqual([])
  expect(judgeCode(app).bad).toEqual([])
})

const status = '/proc/self/status'

describeUnless(existsSync(status) ? undefined : `needs ${status}`, 'memory', () => {
  it('has code once, however large that is', async () => {
    const size = 150_000_000
    const large = loading([`/install/lib/${libpython}`], { fileType: 6, codeSize: size })
    const { app } = await makeApp({ 'Frameworks/liblarge.dylib': large })
    const folder = temporaryDirectory()
    const [hook, note] = [join(folder, 'hook.cjs'), join(folder, 'status')]
    // `getrusage` would tell of this process, too, which started it.
    const script = `process.on('exit', () => fs.writeFileSync(${JSON.stringify(note)}, fs.readFileSync('${status}')))`
    writeFileSync(hook, `const fs = require('node:fs')\n${script}\n`)
    const env = { NODE_OPTIONS: `--require=${hook}` }

    for (const command of [['fixup'], ['framework', 'verify']]) {
      expect((await runCli([...command, app, '--json'], { env })).exitCode).toBe(0)
      const [, most] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(note, 'utf8')) ?? []
      // Node alone takes 60 MB.
      expect(Number(most) * 1024).toBeLessThan(1.2 * size + 80_000_000)
    }
  })
})

describeWithTools(['llvm-otool-19', 'llvm-objdump-19'], 'code of more than 100 MB', () => {
  it.each([
    ['arm64', { codeSize: 105_000_000 }, 60_000_000],
    // `LC_FUNCTION_STARTS`: the data that `__LINKEDIT` holds.
    ['x86_64', { linkedit: { 0x26: Buffer.alloc(105_000_000, 1) } }, -60_000_000],
  ] as const)('for %s is edited, signed and judged', async (arch, size, middle) => {
    const path = 'Frameworks/liblarge.dylib'
    const id = '/home/ci/build/liblarge.dylib'
    const large = loading([`/install/lib/${libpython}`], { arch, fileType: 6, id, ...size })
    const { app, at } = await makeApp({ [path]: large })

    const fixed = await runCli(['fixup', app, '--json'])
    const verified = await runCli(['framework', 'verify', app, '--json'])

    const { edits, problems } = fixed.json<FixedApp>()
    expect(edits).toMatchObject([
      { path: `Contents/${path}`, kind: 'id', to: '@rpath/liblarge.dylib' },
      {
        path: `Contents/${path}`,
        kind: 'load',
        to: `@loader_path/Python.framework/Versions/A/Python`,
      },
      { path: 'Contents/MacOS/Demo' },
    ])
    // The program of the small app is for arm64 only.
    const wrong = arch === 'arm64' ? [] : [expect.objectContaining({ kind: 'library' })]
    expect(problems).toEqual(wrong)
    expect(verified.json<BundleVerification>().problems).toEqual(wrong)

    expect(judgeCode(at('Frameworks')).bad).toEqual([])
    expect(judgeApp(app)).toEqual([])
    const [judged] = await judgeMachos([at(path)])
    expect(judged).toMatchObject({ layout: [''], lief: [{ isSigned: true }] })
    const otool = (option: string): string =>
      execFileSync('llvm-otool-19', [option, at(path)], { encoding: 'utf8' })
    expect(otool('-L')).toContain('@loader_path/Python.framework/Versions/A/Python')
    expect(otool('-l')).toContain('LC_CODE_SIGNATURE')
    execFileSync('llvm-objdump-19', ['--macho', '--private-headers', at(path)], {
      stdio: 'ignore',
    })

    flipBit(at(path), middle)
    const again = await runCli(['framework', 'verify', app, '--json'])
    expect(again.json<BundleVerification>().problems).toContainEqual(
      expect.objectContaining({ kind: 'signature', path: `Contents/${path}` }),
    )
  })
})
