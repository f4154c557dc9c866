import { execFileSync } from 'node:child_process'

import { expect, it } from 'vitest'

import type { BundleVerification } from '../../src/bundle/verify.ts'
import type { FixedApp } from '../../src/project/fixup-app.ts'
import { flipBit, judgeApp, libpython, loading, makeApp } from '../helpers/app.ts'
import { judgeCode } from '../helpers/framework-seal.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { measureCli } from '../helpers/measure-cli.ts'
import { describeWithTools } from '../helpers/tools.ts'

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

it('a thousand small libraries take ten times what a hundred do', async () => {
  const [few, many] = [await makeModules(100), await makeModules(1000)]
  for (const [command, least] of [
    ['fixup', 'fixup'],
    ['verify', 'framework verify'],
  ] as const) {
    const args = (app: string): readonly string[] => [...least.split(' '), app, '--json']
    const small = measureCli(...args(few))
    const large = measureCli(...args(many))

    expect(small.exitCode, command).toBe(0)
    expect(JSON.parse(large.stdout), command).toMatchObject({ ok: true, problems: [] })
    // What each of the thousand adds, and what is the same for both.
    expect(large.cpu, command).toBeLessThan(12 * small.cpu)
  }
  expect(judgeApp(many)).toEqual([])
  expect(judgeCode(many).bad).toEqual([])
}, 120_000)

describeWithTools(['llvm-otool-19', 'llvm-objdump-19'], 'code of more than 100 MB', () => {
  it.each([
    ['arm64', { codeSize: 120_000_000 }, 60_000_000],
    // `LC_FUNCTION_STARTS`: the data that `__LINKEDIT` holds.
    ['x86_64', { linkedit: { 0x26: Buffer.alloc(120_000_000, 1) } }, -60_000_000],
  ] as const)(
    'for %s is edited, signed and judged',
    async (arch, size, middle) => {
      const path = 'Frameworks/liblarge.dylib'
      const id = '/home/ci/build/liblarge.dylib'
      const large = loading([`/install/lib/${libpython}`], { arch, fileType: 6, id, ...size })
      const { app, at } = await makeApp({ [path]: large })

      const fixed = measureCli('fixup', app, '--json')
      const verified = measureCli('framework', 'verify', app, '--json')

      const { edits, problems } = JSON.parse(fixed.stdout) as FixedApp
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
      expect((JSON.parse(verified.stdout) as BundleVerification).problems).toEqual(wrong)
      // What was read, what is written, and what is read again to be judged.
      expect(fixed.memory).toBeLessThan(3 * large.length + 120_000_000)
      expect(verified.memory).toBeLessThan(large.length + 120_000_000)

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
      const { stdout } = measureCli('framework', 'verify', app, '--json')
      expect((JSON.parse(stdout) as BundleVerification).problems).toContainEqual(
        expect.objectContaining({ kind: 'signature', path: `Contents/${path}` }),
      )
    },
    120_000,
  )
})
