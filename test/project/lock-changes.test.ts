import { describe, expect, it } from 'vitest'

import { describeChanges } from '../../src/project/lock-changes.ts'
import type { Lock } from '../../src/lock/lock.ts'
import { makeLock } from '../helpers/lock.ts'

const target = 'x86_64-unknown-linux-gnu'
const before = makeLock()

/** The lock with other packages. */
function withPackages(...packages: readonly (readonly [name: string, version: string])[]): Lock {
  const [locked] = Object.values(before.targets)
  const template = locked?.packages[0]
  if (locked === undefined || template === undefined) throw new Error('the lock is empty')
  return makeLock({
    targets: {
      [target]: {
        archive: locked.archive,
        packages: packages.map(([name, version]) => ({
          ...template,
          name,
          version,
          wheel: `${name}-${version}.whl`,
        })),
      },
    },
  })
}

describe('describeChanges', () => {
  it('says nothing of equal locks', () => {
    expect(describeChanges(before, makeLock())).toEqual([])
  })

  it('lists all of a first lock', () => {
    expect(describeChanges(undefined, withPackages(['numpy', '2.3.5']))).toEqual([
      '+ python 3.14.6+20260610 (default)',
      `+ archive for ${target}: cpython-3.14.6+20260610-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz aaaaaaaaaaaa`,
      `+ numpy for ${target}: 2.3.5 (numpy-2.3.5.whl)`,
    ])
  })

  it('names what came, what changed and what went', () => {
    const old = withPackages(['numpy', '2.3.5'], ['tqdm', '4.67'])
    const now = withPackages(['numpy', '2.4.0'], ['pandas', '3.0'])

    expect(describeChanges(old, now)).toEqual([
      `~ numpy for ${target}: 2.3.5 (numpy-2.3.5.whl) -> 2.4.0 (numpy-2.4.0.whl)`,
      `+ pandas for ${target}: 3.0 (pandas-3.0.whl)`,
      `- tqdm for ${target}: 4.67 (tqdm-4.67.whl)`,
    ])
  })

  it('names a target that went', () => {
    expect(describeChanges(before, makeLock({ targets: {} }))).toEqual([
      expect.stringMatching(`^- archive for ${target}: cpython-3.14.6`),
      expect.stringMatching(`^- numpy for ${target}: 2.3.5`),
    ])
  })
})
