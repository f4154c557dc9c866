import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { cpuOfStarts } from './start.ts'
import { summarize } from './statistics.ts'

const rounds = 9

/** Cpu milliseconds that including pyembed adds to configuring an unchanged project again. */
export function measureInclude(root: string, project: string): number {
  const directory = join(root, 'configure')
  mkdirSync(directory)
  writeFileSync(
    join(directory, 'CMakeLists.txt'),
    'cmake_minimum_required(VERSION 3.20...4.0)\nproject(bench LANGUAGES C)\nif(PIN)\n  include("${PIN}")\nendif()\n',
  )
  const configure = (build: string, pin: string): number =>
    cpuOfStarts(['cmake', '-S', '.', '-B', build, `-DPIN=${pin}`], directory, {})
  const added = Array.from({ length: rounds + 1 }, () => {
    const without = configure('without', '')
    return configure('with', join(project, '.pyembed', 'pyembed.cmake')) - without
  })
  // The first round makes the build Python.
  return summarize(added.slice(1)).median
}
