import { execFileSync } from 'node:child_process'

import { cleanEnvironment } from './cli.ts'

/** Found once: a `python3` that is a shim of pyenv takes longer to start than the Python behind it. */
let executable: string | undefined

/** Runs a program of the system's Python (an oracle, and a maker of odd archives); `input` is its `argv[1]`, as JSON. */
export function runPython(program: string, input: unknown = null): string {
  executable ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  }).trim()
  // Only pip's packages need site, which half of the start is spent on.
  const flags = program.includes('from pip.') ? ['-I'] : ['-I', '-S']
  return execFileSync(executable, [...flags, '-c', program, JSON.stringify(input)], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  })
}

/** The same for a program that prints JSON. */
export function askPython<T>(program: string, input: unknown = null): T {
  return JSON.parse(runPython(program, input)) as T
}
