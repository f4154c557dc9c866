import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'

import { execa } from 'execa'
import { beforeAll, describe, expect, inject, it } from 'vitest'

import type { Framework } from '../../src/framework/framework.ts'
import type { FrameworkVerification } from '../../src/framework/verify.ts'
import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { findCode, judgeCode, judgeSeal } from '../helpers/framework-seal.ts'
import { runIn } from '../helpers/example.ts'
import { askLlvm, isSystem, type Names } from '../helpers/llvm-macho.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { copyTree, linkPrefix, sharedResult } from '../helpers/prefix.ts'
import { linux } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { sharedFramework, sharedIdentifier } from '../helpers/shared-framework.ts'
import { cut } from '../helpers/soak.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { sha256sum } from '../helpers/tree.ts'
import { builds } from './pythons.ts'

const identifier = sharedIdentifier
const frameworkId = '@rpath/Python.framework/Versions/A/Python'
const pythons = builds.flatMap(({ version, build, minor }) =>
  ['aarch64-apple-darwin', 'x86_64-apple-darwin'].map((target) => ({
    version,
    build,
    minor,
    target,
  })),
)

interface Loads extends Names {
  readonly path: string
}

/** Where dyld would find a library, of paths below `root`; programs are those in `bin`. */
function places(root: string, { path, rpaths }: Loads, name: string): readonly string[] {
  const folder = dirname(join(root, path))
  const expand = (text: string): string =>
    text.replace('@loader_path', folder).replace('@executable_path', join(root, 'bin'))
  return name.startsWith('@rpath/')
    ? rpaths.map((rpath) => join(expand(rpath), name.slice('@rpath/'.length)))
    : [expand(name)]
}

describeWithTools(['llvm-objdump-19'], 'framework', () => {
  const made = new Map<string, Framework>()
  const frameworkOf = (build: string, target: string): Framework => {
    const framework = made.get(`${build} ${target}`)
    if (framework === undefined) throw new Error(`there is no framework of ${build} for ${target}`)
    return framework
  }

  beforeAll(async () => {
    for (const { build, target } of pythons) {
      made.set(`${build} ${target}`, await sharedFramework(build, target))
    }
  })

  describe.each(pythons)('of $version for $target', ({ version, build, minor, target }) => {
    it('is sealed and signed, say programs that are not ours', () => {
      const { framework, ...result } = frameworkOf(build, target)

      expect(result).toMatchObject({
        version,
        architectures: [target.startsWith('aarch64') ? 'arm64' : 'x86_64'],
      })
      expect(judgeSeal(framework)).toEqual([])
      const { files, bad } = judgeCode(framework)
      expect(bad).toEqual([])
      expect(files).toBeGreaterThan(20)
    })

    it('is what pyembed itself finds nothing wrong with', async () => {
      const { framework, files } = frameworkOf(build, target)

      const { exitCode, stdout } = await runCli(['framework', 'verify', framework, '--json'])

      expect(JSON.parse(stdout)).toEqual({ files, ok: true, problems: [] })
      expect(exitCode).toBe(0)
    })

    it('has code with nothing wrong in it, say lief and macholib', async () => {
      const { framework } = frameworkOf(build, target)
      const paths = findCode(framework)

      const judged = await judgeMachos(paths.map((path) => join(framework, path)))

      const odd = paths.filter((_, index) => {
        const { lief, macholib, layout = ['nothing'] } = judged[index] ?? {}
        const isSigned = [lief, macholib].every(
          (slices) => slices?.every((each) => each.isSigned) === true,
        )
        return !isSigned || layout.some((each) => each !== '')
      })
      expect(odd).toEqual([])
    })

    it('finds every library from where it lies, in the framework or in macOS, says LLVM', async () => {
      const root = realpathSync(join(frameworkOf(build, target).framework, 'Versions', 'A'))

      const all = [...askLlvm(root)].map(([path, names]): Loads => ({ path, ...names }))

      const lost = all.flatMap((file) =>
        file.loads
          .filter((name) => !isSystem(name) && !places(root, file, name).some(existsSync))
          .map((name) => `${file.path}: ${name}`),
      )
      expect(lost).toEqual([])
      expect(all.find(({ path }) => path === 'Python')?.id).toBe(frameworkId)
      const ofPython = all.flatMap((file) =>
        file.loads
          .filter((name) => /python3|Python$/.test(name))
          .map((name) => relative(root, realpathSync(places(root, file, name)[0] ?? ''))),
      )
      expect(new Set(ofPython)).toEqual(new Set(minor === '3.11' ? ['Python'] : []))
      const foreign = all.flatMap(({ path, id, loads, rpaths }) =>
        [...(id === undefined ? [] : [id]), ...loads, ...rpaths]
          .filter((name) => name.startsWith('/') && !isSystem(name))
          .map((name) => `${path}: ${name}`),
      )
      expect(foreign).toEqual([])
    })
  })

  it.each(builds)('of $version is not written into by imports', async ({ build, minor }) => {
    const { framework } = frameworkOf(build, 'aarch64-apple-darwin')
    const copy = await copyTree(framework, join(temporaryDirectory('imports'), 'Python.framework'))
    const root = join(copy, 'Versions', 'A')
    // The modules that are Python, imported by a Python of the same version that runs here.
    const python = join(sharedResult(build, linux).prefix, 'bin', `python${minor}`)
    const program = `
import importlib, pkgutil, sys
names = [each.name for each in pkgutil.iter_modules([f"{sys.prefix}/lib/python${minor}"])]
names += [each.name for each in pkgutil.walk_packages([f"{sys.prefix}/lib/python${minor}/site-packages"], onerror=lambda name: None)]
done = 0
for name in names:
    if name in ("antigravity", "idlelib", "this") or name.endswith("__main__"):
        continue
    try:
        done += bool(importlib.import_module(name))
    except BaseException:
        pass
print(done, sys.prefix)`

    const { stdout } = await execa(python, ['-s', '-c', program], {
      env: { ...cleanEnvironment(), PYTHONHOME: root },
      extendEnv: false,
    })

    const [done, prefix] = stdout.trim().split('\n').at(-1)?.split(' ') ?? []
    expect(prefix).toBe(root)
    expect(Number(done)).toBeGreaterThan(200)
    expect(judgeSeal(copy)).toEqual([])
  })

  it('is found to be another one when a bit of it is', async () => {
    const [{ build, target }] = pythons as [(typeof pythons)[0]]
    const { framework } = frameworkOf(build, target)
    const copy = await copyTree(framework, join(temporaryDirectory('flip'), 'Python.framework'))
    const version = 'Versions/A'
    const numpy = 'lib/python3.14/site-packages/numpy'
    const changed = [
      [`${version}/Python`, 10_000_000, 'signature'],
      [`${version}/Resources/Info.plist`, 300, 'changed'],
      [`${version}/lib/python3.14/abc.py`, 100, 'changed'],
      [`${version}/${numpy}/.dylibs/libscipy_openblas64_.dylib`, 5_000_000, 'signature'],
    ] as const
    for (const [path, offset] of changed) {
      const bytes = readFileSync(join(copy, path))
      bytes[offset] = (bytes[offset] ?? 0) ^ 1
      writeFileSync(join(copy, path), bytes)
    }
    rmSync(join(copy, version, 'bin/python3'))
    symlinkSync('python', join(copy, version, 'bin/python3'))

    const { exitCode, stdout } = await runCli(['framework', 'verify', copy, '--json'])

    expect(exitCode).toBe(1)
    const { problems } = JSON.parse(stdout) as FrameworkVerification
    for (const [path, , kind] of changed) {
      expect(problems).toContainEqual(expect.objectContaining({ path, kind }))
    }
    const link = { path: `${version}/bin/python3`, kind: 'link' }
    expect(problems).toContainEqual(expect.objectContaining(link))
    expect(judgeSeal(copy)).toEqual(
      expect.arrayContaining([
        'changed Resources/Info.plist',
        'changed bin/python3',
        'changed lib/python3.14/abc.py',
        `changed ${numpy}/.dylibs/libscipy_openblas64_.dylib`,
        'signature of another Info.plist',
      ]),
    )
  })

  it('makes the same bytes in another folder, time zone, and umask', async () => {
    const [{ build, target }] = pythons as [(typeof pythons)[0]]
    const output = join(temporaryDirectory('again'), 'Büro $1 "a" [b]')
    mkdirSync(output)
    const { prefix } = sharedResult(build, target)
    const args = ['framework', 'create', prefix, '--output', output, '--identifier', identifier]

    await execa('sh', ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, cliPath, ...args], {
      env: {
        ...cleanEnvironment(),
        ...inject('cliEnv'),
        TZ: 'Pacific/Kiritimati',
        PYTHONHASHSEED: '7',
      },
      extendEnv: false,
    })

    const list = `find . -printf '%P %y %m %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`
    const again = await runIn(join(output, 'Python.framework'), ['sh', '-c', list])
    const first = await runIn(frameworkOf(build, target).framework, ['sh', '-c', list])
    expect(again).toBe(first)
  })

  it.each(cut([400, 1200], 1))('is whole or not there after kill -9 at %i ms', async (delay) => {
    const [{ build, target }] = pythons as [(typeof pythons)[0]]
    const output = temporaryDirectory('kill')
    const { prefix } = sharedResult(build, target)
    const args = ['framework', 'create', prefix, '--output', output, '--identifier', identifier]
    const env = { ...cleanEnvironment(), ...inject('cliEnv') }

    const started = execa(process.execPath, [cliPath, ...args], {
      env,
      extendEnv: false,
      reject: false,
    })
    setTimeout(() => started.kill('SIGKILL'), delay)
    await started

    const isThere = existsSync(join(output, 'Python.framework'))
    if (isThere) expect(judgeSeal(join(output, 'Python.framework'))).toEqual([])
    const { exitCode } = await runCli(args, { env: inject('cliEnv') })
    expect(exitCode).toBe(0)
    expect(readdirSync(output)).toEqual(['Python.framework'])
  })

  it('is made of a build Python, too', async () => {
    const [{ build, version, minor, target }] = pythons as [(typeof pythons)[0]]
    const root = temporaryDirectory('build')
    const prefix = await linkPrefix(build, target, join(root, 'python'))
    const inventory = join(sharedResult(build, target).storeEntry, 'inventory.json')
    mkdirSync(`${prefix}.pyembed`)
    copyFileSync(inventory, join(`${prefix}.pyembed`, 'inventory.json'))
    // As Python has it that the project built into it, or that ran there.
    writeFileSync(join(prefix, 'lib', 'mine.txt'), '')
    const python = join(sharedResult(build, linux).prefix, 'bin', `python${minor}`)
    const args = ['framework', 'create', 'python', '--output', 'app/Frameworks', '--python', python]

    const { exitCode, stderr } = await runCli([...args, '--identifier', identifier], {
      cwd: root,
      env: { ...inject('cliEnv'), PYEMBED_DATA_DIR: join(root, 'data') },
    })

    expect(stderr).not.toContain('error')
    expect(exitCode).toBe(0)
    const again = join(root, 'app', 'Frameworks', 'Python.framework')
    const first = frameworkOf(build, target)
    const seal = 'Versions/A/_CodeSignature/CodeResources'
    expect(sha256sum(join(again, seal))).toBe(sha256sum(join(first.framework, seal)))
    expect(first.version).toBe(version)
  })

  it('says what is missing to whoever names no prefix for macOS, or has no Python for it', async () => {
    const output = temporaryDirectory('refused')
    const create = async (prefix: string, data?: string): Promise<string> => {
      const env = { ...inject('cliEnv'), ...(data === undefined ? {} : { PYEMBED_DATA_DIR: data }) }
      const args = ['framework', 'create', prefix, '--output', output, '--identifier', identifier]
      const { exitCode, stderr } = await runCli(args, { env })
      expect(exitCode).toBe(1)
      return /PYEMBED_\w+/.exec(stderr)?.[0] ?? stderr
    }
    const [{ build, target }] = pythons as [(typeof pythons)[0]]
    const { storeEntry } = sharedResult(build, target)
    const data = temporaryDirectory('data')
    const alone = await copyTree(storeEntry, join(data, 'store', 'alone'))

    expect(await create('/nowhere')).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(await create(output)).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(await create(sharedResult(build, linux).prefix)).toBe('PYEMBED_FRAMEWORK_UNFIT')
    expect(await create(join(alone, 'prefix'), data)).toBe('PYEMBED_TOOL_PYTHON')
  })
})
