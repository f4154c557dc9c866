import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import type { SignItem } from '../../src/bundle/sign-plan.ts'
import { judgeApp } from '../helpers/app.ts'
import { runCli } from '../helpers/cli.ts'
import { readGranted } from '../helpers/entitlements.ts'
import { copyExample, runIn, sync } from '../helpers/example.ts'
import { findCode, judgeCode } from '../helpers/framework-seal.ts'
import { findLoads } from '../helpers/macos-loads.ts'
import { makeMacToolchain } from '../helpers/macos-toolchain.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { sha256sum } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

const [{ minor, ...python }] = builds
const validation = 'com.apple.security.cs.disable-library-validation'
const jit = 'com.apple.security.cs.allow-jit'
const interpreter = `Contents/Frameworks/Python.framework/Versions/A/bin/python${minor}`

/** Its program may do what `entitlements.plist` says, as XML and DER, and nothing else of it anything. */
function expectGranted(app: string): void {
  expect(readGranted(join(app, 'Contents/MacOS/Workbench'))).toEqual({
    xml: { [jit]: true, [validation]: true },
    der: [
      '0 appl [ 16 ]',
      '1 INTEGER 01',
      '1 cont [ 16 ]',
      '2 SEQUENCE',
      `3 UTF8STRING ${jit}`,
      '3 BOOLEAN 255',
      '2 SEQUENCE',
      `3 UTF8STRING ${validation}`,
      '3 BOOLEAN 255',
    ],
    bound: true,
  })
  // They come with an identity, and the hardened runtime.
  expect(readGranted(join(app, interpreter))).toBeNull()
}

describeWithTools(
  ['cmake', 'ninja', 'clang-19', 'ld64.lld-19', 'llvm-install-name-tool-19', 'llvm-objdump-19'],
  'examples/macos-app, by the generator Ninja Multi-Config',
  () => {
    const root = makeDirectory('macos-example')
    const project = join(root.path, 'project')
    const build = join(project, 'build')
    const log = join(root.path, 'signed')
    const command = join(root.path, 'sign.sh')
    const installed = (config: string): string => join(root.path, config, 'Workbench.app')
    const entitlements = join(project, 'entitlements.plist')
    // Whoever packs says who signs.
    const signing = { PYEMBED_SIGN_COMMAND: command }

    beforeAll(async () => {
      copyExample('macos-app', project, python)
      await sync(project, inject('cliEnv'), '--target', 'aarch64-apple-darwin')
      const { options, env } = await makeMacToolchain(join(root.path, 'toolchain'), 'arm64')
      const generator = ['-G', 'Ninja Multi-Config', ...options]
      await runIn(project, ['cmake', '-Werror=dev', '-S', '.', '-B', 'build', ...generator], env)
      writeFileSync(command, `#!/bin/sh\necho "$PYEMBED_SIGN_ENTITLEMENTS|$1" >> '${log}'\n`)
      chmodSync(command, 0o755)
      for (const config of ['Release', 'Debug']) {
        await runIn(project, ['cmake', '--build', build, '--config', config], env)
        const prefix = join(root.path, config)
        await runIn('/', ['cmake', '--install', build, '--config', config, '--prefix', prefix])
      }
    })
    afterAll(() => root.remove())

    it.each(['Release', 'Debug'])(
      'is complete, and entitled to what it asks for: %s',
      async (config) => {
        const app = installed(config)

        expect(findLoads(app).filter(({ finds }) => finds === undefined)).toEqual([])
        expect(judgeApp(app)).toEqual([])
        expect(judgeCode(app).bad).toEqual([])
        expect(findCode(app)).toContainEqual(expect.stringMatching(/Resources\/modules\/shapes\./))
        expectGranted(app)
        const { stdout, exitCode } = await runCli(['framework', 'verify', app])
        expect(stdout).toMatch(/sealed, signed and complete/)
        expect(exitCode).toBe(0)
        const info = readFileSync(join(app, 'Contents/Info.plist'), 'utf8')
        expect(info).toMatch(/<key>LSMinimumSystemVersion<\/key>\s*<string>11.0<\/string>/)
      },
    )

    it('is another program in each configuration, with the same Python', () => {
      const [release = '', debug = ''] = ['Release', 'Debug'].map(installed)
      const seal = 'Contents/Frameworks/Python.framework/Versions/A/_CodeSignature/CodeResources'

      expect(sha256sum(join(debug, seal))).toBe(sha256sum(join(release, seal)))
      const program = 'Contents/MacOS/Workbench'
      expect(sha256sum(join(debug, program))).not.toBe(sha256sum(join(release, program)))
    })

    it('is packed by CPack with these entitlements, which a sign command gets, and is refused when that signs nothing', async () => {
      const packed = join(root.path, 'packed')
      await runIn(build, ['cpack', '-G', 'TGZ', '-C', 'Debug', '-B', packed])
      const unpacked = join(root.path, 'unpacked')
      mkdirSync(unpacked)
      const name = 'workbench-1.2-Darwin'
      await runIn(unpacked, ['cmake', '-E', 'tar', 'xf', join(packed, `${name}.tar.gz`)])
      const app = join(unpacked, name, 'Workbench.app')

      expectGranted(app)
      expect(judgeApp(app)).toEqual([])
      const refused = ['cpack', '-G', 'TGZ', '-C', 'Debug', '-B', join(root.path, 'refused')]
      await expect(runIn(build, refused, signing)).rejects.toThrow(/nobody\s+signed\s+it/)
      const signed = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('|').map((each) => each.replace(/^.*?(?=Workbench\.app)/, '')))
      const { stdout } = await runCli(['fixup', '--sign-plan', app, '--entitlements', entitlements])
      const plan = JSON.parse(stdout) as readonly SignItem[]
      const listed = plan.map((each) => [
        each.entitlements ?? '',
        each.path.slice(app.length - 'Workbench.app'.length),
      ])
      expect(signed).toEqual(listed)
      const granted = new Map(
        listed.flatMap(([file = '', path = '']) => (file ? [[path, file]] : [])),
      )
      expect([...granted.keys()].toSorted()).toEqual(
        [`Workbench.app/${interpreter}`, 'Workbench.app'].toSorted(),
      )
      expect(granted.get('Workbench.app')).toBe(entitlements)
      const others = readFileSync(granted.get(`Workbench.app/${interpreter}`) ?? '', 'utf8')
      expect(others).toContain(validation)
      expect(others).not.toContain(jit)
    })
  },
)
