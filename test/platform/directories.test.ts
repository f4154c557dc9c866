import { homedir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { readEnvironment } from '../../src/env.ts'
import { userDirectory } from '../../src/platform/directories.ts'

describe.runIf(process.platform === 'linux')('userDirectory on Linux', () => {
  it('is that of the XDG specification', () => {
    expect(userDirectory('data', {})).toBe(join(homedir(), '.local/share/pyembed'))
    expect(userDirectory('cache', {})).toBe(join(homedir(), '.cache/pyembed'))
  })

  it('follows absolute XDG variables', () => {
    const variables = { XDG_DATA_HOME: '/x/data', XDG_CACHE_HOME: '/x/cache' }

    expect(userDirectory('data', variables)).toBe('/x/data/pyembed')
    expect(userDirectory('cache', variables)).toBe('/x/cache/pyembed')
  })

  it.each(['', 'relative', './here', '~/data'])('ignores %j, which is not absolute', (value) => {
    const variables = { XDG_DATA_HOME: value, XDG_CACHE_HOME: value }

    expect(userDirectory('data', variables)).toBe(userDirectory('data', {}))
    expect(userDirectory('cache', variables)).toBe(userDirectory('cache', {}))
  })
})

describe('readEnvironment', () => {
  it('takes folders that are absolute, and no others', () => {
    expect(readEnvironment({ PYEMBED_DATA_DIR: '/d', PYEMBED_CACHE_DIR: 'c' })).toMatchObject({
      dataDir: '/d',
      cacheDir: readEnvironment({}).cacheDir,
    })
  })

  it.each([
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('takes CI=%s for %s', (CI, isCi) => {
    expect(readEnvironment({ CI }).isCi).toBe(isCi)
    expect(readEnvironment({ PYEMBED_OFFLINE: CI }).isOffline).toBe(isCi)
    expect(readEnvironment({ PYEMBED_NO_PROGRESS: CI }).isProgressWanted).toBe(!isCi)
  })

  it.each([
    ['', true],
    ['1', false],
    ['0', false],
  ])('takes NO_COLOR=%j as no-color.org says', (NO_COLOR, isColorWanted) => {
    expect(readEnvironment({ NO_COLOR }).isColorWanted).toBe(isColorWanted)
  })
})
