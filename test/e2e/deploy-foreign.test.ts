import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { execa } from 'execa'
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest'

import { walkFiles } from '../../src/fs/walk.ts'
import { cleanEnvironment } from '../helpers/cli.ts'
import { differences, writeRules, writeTinyApp } from '../helpers/deploy.ts'
import { build, runIn, sync } from '../helpers/example.ts'
import { sharedResult } from '../helpers/prefix.ts'
import { linux, windows } from '../helpers/project.ts'
import { makeDirectory, temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { sha256sum } from '../helpers/tree.ts'
import { openWine, wine, type Wine } from '../helpers/wine.ts'

const aarch64 = 'aarch64-unknown-linux-gnu'
const emulate = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu']
const compiler = fileURLToPath(new URL('../../cmake/modules/compile_bytecode.py', import.meta.url))

const mingw = [
  '-DCMAKE_SYSTEM_NAME=Windows',
  '-DCMAKE_SYSTEM_PROCESSOR=AMD64',
  '-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++-posix',
  '-DCMAKE_CXX_FLAGS=-static-libgcc -static-libstdc++',
  '-DCMAKE_EXE_LINKER_FLAGS=-static',
]

const rules = `
install(TARGETS tiny DESTINATION bin)
pyembed_install()
set(CPACK_NSIS_DEFINES "SetCompress off")
include(CPack)
`

describeWithTools(
  ['cmake', 'ninja', 'x86_64-w64-mingw32-g++-posix', wine, 'makensis', 'openssl', 'osslsigncode'],
  'deployed for Windows',
  () => {
    const root = makeDirectory('deploy-windows')
    const at = (...names: string[]): string => join(root.path, ...names)
    let windowsSystem: Wine
    const run = (...command: readonly string[]): Promise<string> => windowsSystem.run(command)

    beforeAll(async () => {
      const project = at('project')
      writeTinyApp(project, { targets: [windows], rules })
      await sync(project, inject('cliEnv'), '--target', windows)
      await build(project, '-Werror=dev', ...mingw)
      await runIn(project, ['cmake', '--install', 'build', '--prefix', at('installed')])
      windowsSystem = openWine(at('wine'))
    })
    afterAll(async () => {
      await windowsSystem.stop()
      root.remove()
    })

    it('starts where it was moved to, its DLLs beside it', async () => {
      cpSync(at('installed'), at('My Apps é'), { recursive: true })

      expect(await run(at('My Apps é/bin/tiny.exe'))).toBe(
        `prefix Z:${at('My Apps é/python').replaceAll('/', '\\')}`,
      )
      expect(existsSync(at('installed/bin/python314.dll'))).toBe(true)
    })

    it('is what the NSIS installer installs', async () => {
      await runIn(at('project/build'), ['cpack', '-G', 'NSIS'])
      // The same script with a stub that 64-bit wine can run.
      const folder = at('project/build/_CPack_Packages/win64/NSIS')
      await runIn(folder, ['makensis', '-XTarget amd64-unicode', 'project.nsi'])

      await run(join(folder, 'tiny-1.2-win64.exe'), '/S', String.raw`/D=C:\TinyApp`)

      const installed = at('wine/drive_c/TinyApp')
      expect(await differences(installed, at('installed'))).toBe(
        `Only in ${installed}: Uninstall.exe`,
      )
      expect(await run(String.raw`C:\TinyApp\bin\tiny.exe`)).toBe(
        String.raw`prefix C:\TinyApp\python`,
      )
    })

    it('is signed by the sign command before CPack packs it, all that nobody signed', async () => {
      const [key, certificate, script] = ['key.pem', 'certificate.pem', 'sign.sh'].map((name) =>
        at(name),
      )
      const subject = ['-subj', '/CN=pyembed', '-addext', 'extendedKeyUsage=codeSigning']
      const self = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
      await runIn('/', [...self, ...subject, '-keyout', key ?? '', '-out', certificate ?? ''])
      writeFileSync(
        script ?? '',
        `#!/bin/sh
osslsigncode sign -h sha256 -certs '${certificate}' -key '${key}' -in "$1" -out "$1.signed" >/dev/null &&
mv "$1.signed" "$1"
`,
        { mode: 0o755 },
      )
      const before = await runIn('/', [
        'cmake',
        '--install',
        at('project/build'),
        '--prefix',
        at('plain'),
      ])
      const signing = { PYEMBED_SIGN_COMMAND: `'${script}'` }

      await runIn(at('project/build'), ['cpack', '-G', 'ZIP', '-B', at('zip')], signing)

      expect(before).toContain('tiny.exe')
      await runIn(root.path, ['cmake', '-E', 'tar', 'xf', at('zip/tiny-1.2-win64.zip')])
      const packed = at('tiny-1.2-win64')
      const code = [...walkFiles(packed)]
        .map(({ path }) => path)
        .filter((path) => readFileSync(join(packed, path)).subarray(0, 2).toString() === 'MZ')
      expect(code.length).toBeGreaterThan(20)
      for (const path of code) {
        const file = join(packed, path)
        const verify = ['osslsigncode', 'verify', '-CAfile', certificate ?? '', '-in', file]
        const output = await runIn('/', verify).catch(String)
        // That of Microsoft is not ours to trust, and stays as it was.
        const isOurs = /Succeeded/.test(output)
        if (!isOurs) expect(sha256sum(file), path).toBe(sha256sum(join(at('plain'), path)))
        expect(isOurs || /Subject: .*Microsoft/.test(output), path).toBe(true)
      }
      expect(await run(join(packed, 'bin/tiny.exe'))).toContain('prefix Z:')
    })

    it('is not packed when it would stay unsigned, for CPack comes first', async () => {
      const late = 'include(CPack)\ninstall(TARGETS tiny DESTINATION bin)\npyembed_install()\n'
      writeRules(at('project'), late)
      await build(at('project'), ...mingw)
      const pack = ['cpack', '-G', 'ZIP', '-B', at('unsigned')]

      const failing = runIn(at('project/build'), pack, { PYEMBED_SIGN_COMMAND: 'true' })

      await expect(failing).rejects.toThrow(/include\(CPack\)\s+comes\s+before/)
      expect(existsSync(at('unsigned/tiny-1.2-win64.zip'))).toBe(false)
    })

    it('names the path that is longer than the budget', async () => {
      writeRules(at('project'), `set(PYEMBED_PATH_BUDGET 60)\n${rules}`)
      await build(at('project'), ...mingw)

      const install = runIn(at('project'), ['cmake', '--install', 'build', '--prefix', at('over')])

      await expect(install).rejects.toThrow(
        /python\/Lib\/\S+'\s+has\s+\d+\s+characters,\s+60\s+are/,
      )
      expect(existsSync(at('over/python'))).toBe(false)
    })
  },
)

describeWithTools(
  ['cmake', 'ninja', 'qemu-aarch64-static', 'aarch64-linux-gnu-gcc'],
  'deployed for aarch64',
  () => {
    it('imports numpy where it was moved to', async () => {
      const root = temporaryDirectory('deploy-aarch64')
      const project = join(root, 'project')
      writeTinyApp(project, { targets: [aarch64], requires: ['numpy'], rules: '' })
      writeFileSync(
        join(project, 'main.c'),
        '#include <Python.h>\nint main(int argc, char **argv) { return Py_BytesMain(argc, argv); }\n',
      )
      writeFileSync(
        join(project, 'CMakeLists.txt'),
        `cmake_minimum_required(VERSION 3.20...4.0)
project(tiny LANGUAGES C)
include(.pyembed/pyembed.cmake)
add_executable(tiny main.c)
target_link_libraries(tiny PRIVATE pyembed::Python)
install(TARGETS tiny DESTINATION bin)
pyembed_install()
`,
      )
      await sync(project, inject('cliEnv'), '--target', aarch64)
      const cross = ['-DCMAKE_SYSTEM_NAME=Linux', '-DCMAKE_SYSTEM_PROCESSOR=aarch64']
      await build(project, '-Werror=dev', ...cross, '-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc')
      const home = join(root, 'moved to é')
      await runIn(project, ['cmake', '--install', 'build', '--prefix', home])

      const program = 'import numpy, sys; print(numpy.arange(3).sum(), numpy.__cached__)'
      const output = await runIn(root, [...emulate, join(home, 'bin/tiny'), '-c', program], {
        PYTHONHOME: join(home, 'python'),
      })

      expect(output).toContain(`3 ${home}/python/lib/python3.14/site-packages/numpy/__pycache__/`)
    })
  },
)

function pythonOf(target: string): string {
  const { prefix } = sharedResult('20260610', target)
  return join(prefix, target === windows ? 'python.exe' : 'bin/python3.14')
}

describeWithTools(['qemu-aarch64-static', wine], 'byte code', () => {
  it('is the same from every host, in any order, and what Python itself would write', async () => {
    const root = temporaryDirectory('bytecode')
    const windowsSystem = openWine(join(root, 'wine'))
    onTestFinished(windowsSystem.stop)
    const { prefix } = sharedResult('20260610', linux)
    const folder = 'lib/python3.14'
    const names = readdirSync(join(prefix, folder))
      .filter((name) => name.endsWith('.py'))
      .map((name) => `${folder}/${name}`)
      .slice(0, 60)
    writeFileSync(join(root, 'list'), names.join('\n'))
    writeFileSync(
      join(root, 'reversed'),
      names
        .slice()
        .sort((a, b) => (a < b ? 1 : -1))
        .join('\n'),
    )
    const compile = async (output: string, list: string, ...python: string[]): Promise<void> => {
      await execa(
        python[0] ?? '',
        [...python.slice(1), '-B', '-S', '-s', '-P', compiler, prefix, join(root, output), list],
        {
          env: {
            ...cleanEnvironment(),
            PYTHONHASHSEED: '0',
            ...windowsSystem.env,
          },
          extendEnv: false,
          input: '',
          cwd: root,
        },
      )
    }
    await compile('here', 'list', join(prefix, 'bin/python3.14'))
    await compile('reversed-out', 'reversed', join(prefix, 'bin/python3.14'))
    await compile('aarch64', 'list', ...emulate, pythonOf(aarch64))
    await compile('windows', 'list', wine, pythonOf(windows))

    for (const host of ['reversed-out', 'aarch64', 'windows']) {
      expect(await differences(join(root, 'here'), join(root, host))).toBe('')
    }
    // What marshal marks as shared differs from state to state; the header and the code do not.
    const program = `import marshal, py_compile, sys
prefix, output, oracle, *names = sys.argv[1:]
for name in names:
    py_compile.compile(f"{prefix}/{name}", oracle, name, True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    folder, _, base = name.rpartition("/")
    ours = open(f"{output}/{folder}/__pycache__/{base[:-3]}.cpython-314.pyc", "rb").read()
    theirs = open(oracle, "rb").read()
    assert ours[:16] == theirs[:16] and marshal.loads(ours[16:]) == marshal.loads(theirs[16:]), name
print(len(names))`
    const args = [prefix, join(root, 'here'), join(root, 'oracle.pyc'), ...names]
    const python = join(prefix, 'bin/python3.14')
    expect((await execa(python, ['-I', '-B', '-c', program, ...args])).stdout).toBe('60')
  })
})
