import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { infoPlist } from './app.ts'
import { findZig, zigCache } from './zig.ts'

/** What an app is built against. */
export interface MacBuild {
  readonly arch: 'arm64' | 'x86_64'
  /** The prefix of a Python for macOS, and its minor version. */
  readonly prefix: string
  readonly minor: string
}

const sources = {
  core: `
void Py_InitializeEx(int);
int core_value = 3;
void core_start(void) { Py_InitializeEx(0); }`,
  Demo: `
void core_start(void);
int Py_IsInitialized(void);
void *dlopen(const char *, int);
int main(void) { core_start(); return Py_IsInitialized() && dlopen("libautoload.dylib", 2) != 0; }`,
  plugin: `
extern int core_value;
void *PyLong_FromLong(long);
void *plugin(void) { return PyLong_FromLong(core_value); }`,
  autoload: `
void core_start(void);
void autoload(void) { core_start(); }`,
  _demo: `
void *PyModule_Create2(void *, int);
extern int core_value;
void *PyInit__demo(void) { return PyModule_Create2(&core_value, 1013); }`,
  _swig: `
void *PyModule_Create2(void *, int);
int puts(const char *);
void *PyInit__swig(void) { puts("swig"); return PyModule_Create2(0, 1013); }`,
} as const

/**
 * Builds an app as CMake leaves it in a build tree: with names of that tree and of the machine that built Python. All
 * but one file have room in their headers.
 */
export async function buildMacApp(app: string, build: MacBuild): Promise<void> {
  const { arch, prefix, minor } = build
  const work = `${app}.build`
  const contents = join(app, 'Contents')
  for (const folder of ['MacOS', 'Frameworks', 'PlugIns', 'Resources']) {
    mkdirSync(join(contents, folder), { recursive: true })
  }
  mkdirSync(work)
  const zig = await findZig()
  const system = join(dirname(zig), 'lib', 'libc', 'darwin', 'libSystem.tbd')
  const python = join(prefix, 'lib', `libpython${minor}.dylib`)
  const core = join(contents, 'Frameworks', 'libcore.dylib')
  const link = (name: keyof typeof sources, to: string, flags: readonly string[]): void => {
    writeFileSync(join(work, `${name}.c`), sources[name])
    const object = join(work, `${name}.o`)
    const target = `${arch === 'arm64' ? 'arm64' : 'x86_64'}-apple-macos11`
    execFileSync('clang-19', ['-target', target, '-w', '-c', `${name}.c`, '-o', object], {
      cwd: work,
    })
    const platform = ['-platform_version', 'macos', '11.0', '14.5', '-arch', arch]
    const room = '-headerpad_max_install_names'
    const output = ['-o', join(contents, to), object, system]
    execFileSync('ld64.lld-19', [...platform, room, ...flags, ...output], { cwd: work })
  }
  const paths = ['-rpath', join(work, 'lib'), '-rpath', '@executable_path/../Frameworks']
  link('core', 'Frameworks/libcore.dylib', [
    '-dylib',
    '-install_name',
    join(work, 'libcore.dylib'),
    python,
  ])
  link('Demo', 'MacOS/Demo', [...paths, core, python])
  link('plugin', 'PlugIns/libplugin.dylib', ['-bundle', ...paths, core, python])
  link('autoload', 'MacOS/libautoload.dylib', [
    '-dylib',
    '-install_name',
    '@rpath/libautoload.dylib',
    core,
  ])
  link('_demo', 'MacOS/_demo.so', ['-bundle', '-undefined', 'dynamic_lookup', core])
  link('_swig', 'Resources/_swig.so', ['-bundle', python])
  zigModule(zig, work, build, join(contents, 'PlugIns', 'libzig.dylib'), python)
  writeFileSync(join(contents, 'Info.plist'), infoPlist('Demo'))
  writeFileSync(join(contents, 'Resources', 'notes.txt'), 'A resource of the app.\n')
}

/** Zig leaves no room for longer names, and signs what is for arm64. */
function zigModule(
  zig: string,
  work: string,
  { arch }: MacBuild,
  to: string,
  python: string,
): void {
  writeFileSync(
    join(work, 'zig.c'),
    'int Py_IsInitialized(void); int zig(void) { return Py_IsInitialized(); }',
  )
  // Zig looks into what it links, for which a whole Python is a lot.
  copyFileSync(python, join(work, 'libpython.dylib'))
  const target = `${arch === 'arm64' ? 'aarch64' : 'x86_64'}-macos.11.0`
  const flags = ['-target', target, '-shared', '-install_name', '@rpath/libzig.dylib']
  execFileSync(zig, ['cc', ...flags, '-o', to, 'zig.c', 'libpython.dylib'], {
    cwd: work,
    env: { ...process.env, ...zigCache(join(work, 'cache')) },
  })
}
