import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect } from 'vitest'

import { runIn } from './example.ts'
import { foreignOpens, neededLibraries, successfulOpens } from './opens.ts'
import { writeFiles } from './tree.ts'
import { tracing } from './strace.ts'

/** All that can be trimmed: the smallest Python, so that packing it takes no longer than it must. */
export const everyTrim = ['tests', 'idlelib', 'tkinter', 'headers', 'pip']

export interface TinyApp {
  readonly version?: string
  readonly build?: string
  readonly targets?: readonly string[]
  readonly requires?: readonly string[]
  readonly trim?: readonly string[]
  /** What follows the executable in CMakeLists.txt. */
  readonly rules: string
}

/** Writes a project whose program starts Python and prints `sys.prefix`. */
export function writeTinyApp(
  directory: string,
  {
    version = '3.14.6',
    build = '20260610',
    targets,
    requires = [],
    trim = everyTrim,
    rules,
  }: TinyApp,
): void {
  mkdirSync(directory, { recursive: true })
  const list = targets === undefined ? '' : `targets = ${JSON.stringify(targets)}\n`
  writeFiles(directory, {
    'pyembed.toml':
      `[app]\nname = "Tiny App"\n[python]\nversion = "${version}"\nbuild = "${build}"\n${list}` +
      `[python.packages]\nrequires = ${JSON.stringify(requires)}\n[deploy]\ntrim = ${JSON.stringify(trim)}\n`,
    'main.cpp': `#include <pyembed/interpreter.hpp>
#include <iostream>
int main() {
  try {
    const pyembed::Home home = pyembed::find_home();
    const pyembed::Interpreter interpreter(home);
    return PyRun_SimpleString("import sys, json, sqlite3, ssl; print('prefix', sys.prefix, flush=True)");
  } catch (const pyembed::Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
`,
  })
  writeRules(directory, rules)
}

export function writeRules(directory: string, rules: string): void {
  writeFileSync(
    join(directory, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.20...4.0)
project(tiny VERSION 1.2 LANGUAGES CXX)
include(.pyembed/pyembed.cmake)
add_executable(tiny main.cpp)
target_compile_features(tiny PRIVATE cxx_std_17)
target_link_libraries(tiny PRIVATE pyembed::Python)
${rules}
`,
  )
}

/** Runs a deployed program: it opens nothing but its own tree `home` and the libraries it names. */
export async function expectRunsAlone(program: string, home: string, trace: string): Promise<void> {
  const strace = tracing('openat,open,execve', trace)

  // Without TZ glibc itself reads /etc/localtime.
  const output = await runIn('/', [...strace, program], { TZ: 'UTC0', LC_ALL: 'C' })

  expect(output).toContain(`prefix ${join(home, 'python')}\n`)
  const opens = successfulOpens(trace)
  const elf = opens.filter((path) => /\.so(?:\.|$)/.test(path) && path.startsWith(home))
  expect(elf.length).toBeGreaterThan(0)
  expect(foreignOpens(opens, [home], neededLibraries([program, ...elf]))).toEqual([])
}

/** Inode, time and size of everything in a tree, as `find` sees it. */
export async function stampTree(root: string): Promise<string> {
  return runIn(root, ['sh', '-c', "find . -printf '%p %i %T@ %s\\n' | sort"])
}

/** What differs between two trees, as `diff` sees it; links are compared as links. */
export async function differences(one: string, other: string): Promise<string> {
  const [command] = [['sh', '-c', 'diff -r --no-dereference "$0" "$1" 2>&1 || true', one, other]]
  return (await runIn('/', command)).trim()
}
