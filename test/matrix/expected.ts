import type { Outcome } from './judge.ts'

/** What must come of a row: with pyembed in every door, and without it, which shows that the row does lead astray. */
export interface Expectation {
  /** `ours`, or what the error must say; an error is right for an unmet version and a missing root alone. */
  readonly pinned: 'ours' | { readonly fatal: string }
  readonly without: Outcome
  readonly except?: readonly Exception[]
}

/** Where a row without pyembed ends otherwise. There is no exception with pyembed. */
export interface Exception {
  /** First CMake, and the first that it no longer holds for. */
  readonly from?: string
  readonly before?: string
  readonly without: Outcome
  readonly because: string
}

const leak = { pinned: 'ours', without: 'bait' } as const
const stop = { pinned: 'ours', without: 'fatal' } as const

const looksNoFurther = {
  before: '3.25',
  without: 'fatal',
  because: 'its FindPython looks no further than the root, which has another version',
} as const

/** By the name of the row. */
export const expectations: Readonly<Record<string, Expectation>> = {
  PATH: leak,
  'prefix path, variable': leak,
  'prefix path, same minor': leak,
  'prefix path, environment': leak,
  'Python3_ROOT, variable': leak,
  'Python3_ROOT, environment': leak,
  'Python_ROOT_DIR, environment': leak,
  VIRTUAL_ENV: leak,
  CONDA_PREFIX: leak,
  PYTHONHOME: stop,
  'PYTHONPATH with another numpy': leak,
  'old policies': {
    ...leak,
    except: [
      {
        from: '3.22',
        before: '3.31',
        without: 'ours',
        because: 'its FindPython knows 3.11 and no 3.14 to prefer',
      },
    ],
  },
  'changed pin in one tree': leak,
  'vcpkg wrapper': leak,
  'pybind11, pythonLocation': leak,
  'pybind11, its own FindPythonLibs': leak,
  'find_package(Python)': leak,
  'command line': leak,
  'sub-project sets': leak,
  'sub-project sets the cache': leak,
  'sub-project unsets': leak,
  'global targets, found again': leak,
  'PythonInterp, PythonLibs': leak,
  'sysroot, nothing in it': stop,
  'sysroot, a Python in it': {
    ...leak,
    except: [{ before: '3.22', without: 'fatal', because: 'its FindPython knows no 3.11' }],
  },
  'older version asked for': leak,
  'exactly another version asked for': {
    pinned: { fatal: 'required is exact version "3.11"' },
    without: 'bait',
    except: [looksNoFurther],
  },
  'newer version asked for': {
    pinned: { fatal: 'required is at least "3.14"' },
    without: 'bait',
    except: [looksNoFurther],
  },
  'missing root': { pinned: { fatal: 'pyembed: the store entry' }, without: 'bait' },
  'all at once': leak,
}
