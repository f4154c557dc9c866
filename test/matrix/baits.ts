import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Minor } from './rows.ts'

/** Another Python on this machine. */
export interface Bait {
  readonly root: string
  readonly executable: string
  readonly library: string
  readonly include: string
  /** site-packages, with numpy */
  readonly site: string
  /** A virtual environment of it, within it. */
  readonly venv: string
}

/** Where things are in a tree of python-build-standalone. */
export function describeBait(root: string, minor: Minor): Bait {
  return {
    root,
    executable: join(root, 'bin', `python${minor}`),
    library: join(root, 'lib', `libpython${minor}.so`),
    include: join(root, 'include', `python${minor}`),
    site: join(root, 'lib', `python${minor}`, 'site-packages'),
    venv: join(root, 'venv'),
  }
}

/** Copies a prefix (by hard links: nothing is edited in place) and marks its headers, so that programs can tell. */
export function makeBait(prefix: string, root: string, minor: Minor): Bait {
  execFileSync('cp', ['-al', prefix, root])
  const bait = describeBait(root, minor)
  mark(join(bait.include, 'patchlevel.h'), `#define BAIT_HEADERS "${bait.include}"\n`)
  const numpy = join(bait.site, 'numpy', '_core', 'include')
  mark(join(numpy, 'numpy', 'numpyconfig.h'), `#define BAIT_NUMPY_HEADERS "${numpy}"\n`)
  execFileSync(bait.executable, [
    '-I',
    '-m',
    'venv',
    '--without-pip',
    '--system-site-packages',
    bait.venv,
  ])
  warm(bait.executable)
  return bait
}

/** Lets a Python compile what FindPython and the probes import: it does so hundreds of times, and may not keep it. */
export function warm(executable: string): void {
  execFileSync(executable, ['-I', '-c', 'import sysconfig, json, numpy'])
}

function mark(path: string, line: string): void {
  const text = readFileSync(path)
  rmSync(path)
  writeFileSync(path, Buffer.concat([text, Buffer.from(line)]))
}
