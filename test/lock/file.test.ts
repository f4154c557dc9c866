import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { formatLock, parseLock, readLock, writeLock } from '../../src/lock/file.ts'
import { errorOf } from '../helpers/errors.ts'
import { makeLock } from '../helpers/lock.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

describe('readLock', () => {
  it('reads what writeLock wrote', async () => {
    const path = join(temporaryDirectory(), 'pyembed.lock')

    await writeLock(path, makeLock())

    expect(await readLock(path)).toEqual(makeLock())
  })

  it('tells that there is none', async () => {
    expect(await readLock(join(temporaryDirectory(), 'pyembed.lock'))).toBeUndefined()
  })
})

describe('parseLock', () => {
  it('reads the name of a wheel with an epoch', () => {
    const lock = makeLock()
    const text = formatLock(lock).replace('numpy-2.3.5-cp314', 'numpy-1!2.3.5-cp314')

    expect(
      parseLock(text, 'pyembed.lock').targets['x86_64-unknown-linux-gnu']?.packages[0],
    ).toMatchObject({
      wheel: expect.stringContaining('1!2.3.5'),
    })
  })

  it.each(['../../evil', '/etc', 'a b'])(
    'refuses %j for a target: it would name a folder',
    async (target) => {
      const text = formatLock(makeLock()).replaceAll(
        'x86_64-unknown-linux-gnu": {',
        `${target}": {`,
      )

      expect((await errorOf(() => parseLock(text, 'pyembed.lock'))).code).toBe(
        'PYEMBED_LOCK_INVALID',
      )
    },
  )
})

describe('writeLock', () => {
  it('leaves a file of equal content, and its time, alone', async () => {
    const path = join(temporaryDirectory(), 'pyembed.lock')
    await writeLock(path, makeLock())
    utimesSync(path, 1000, 1000)

    const hasWritten = await writeLock(path, makeLock())

    expect(hasWritten).toBe(false)
    expect(statSync(path).mtimeMs).toBe(1_000_000)
  })

  it('replaces another lock', async () => {
    const path = join(temporaryDirectory(), 'pyembed.lock')
    writeFileSync(path, 'old')

    const hasWritten = await writeLock(path, makeLock())

    expect(hasWritten).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe(formatLock(makeLock()))
  })
})

describe('formatLock', () => {
  it('is what json.dumps writes with sorted keys and two spaces', () => {
    const text = formatLock(makeLock())

    const program =
      'import json, sys; print(json.dumps(json.loads(json.loads(sys.argv[1])), sort_keys=True, indent=2))'
    expect(text).toBe(runPython(program, text))
  })

  it('names no address', () => {
    expect(formatLock(makeLock())).not.toMatch(/:\/\//)
  })
})

describe('parseLock', () => {
  const good = makeLock()
  const [target = ''] = Object.keys(good.targets)

  it.each([
    ['nothing', '', 'not JSON'],
    ['half of it', formatLock(good).slice(0, 300), 'not JSON'],
    ['null', 'null', 'damaged'],
    ['a list', '[]', 'damaged'],
    ['no version', JSON.stringify({ ...good, lockVersion: undefined }), 'lockVersion'],
    ['a short hash', JSON.stringify({ ...good, digest: 'abc' }), 'digest'],
    [
      'a build that is none',
      JSON.stringify({ ...good, python: { ...good.python, build: '../x' } }),
      'python.build',
    ],
    [
      'a version that is none',
      JSON.stringify({ ...good, python: { ...good.python, version: '3.14' } }),
      'python.version',
    ],
    [
      'an archive that leaves its folder',
      JSON.stringify({
        ...good,
        tool: { [target]: { ...good.tool[target], name: '../../evil.tar.gz' } },
      }),
      `tool.${target}.name`,
    ],
    [
      'a wheel that leaves its folder',
      formatLock(good).replace('"numpy-2.3.5', '"../numpy'),
      `targets.${target}.packages.0.wheel`,
    ],
    [
      'a negative size',
      JSON.stringify({ ...good, tool: { [target]: { ...good.tool[target], size: -1 } } }),
      `tool.${target}.size`,
    ],
  ])('refuses %s', async (_, text, place) => {
    const error = await errorOf(() => parseLock(text, '/project/pyembed.lock'))

    expect(error.code).toBe('PYEMBED_LOCK_INVALID')
    expect(error.message).toContain('/project/pyembed.lock')
    expect(error.message).toContain(place)
  })

  it('says that a newer pyembed wrote it, whatever else is new', async () => {
    const error = await errorOf(() => parseLock('{"lockVersion": 2, "python": "new"}', 'p'))

    expect(error.code).toBe('PYEMBED_LOCK_NEWER')
    expect(error.hint).toContain('Update pyembed')
  })
})
