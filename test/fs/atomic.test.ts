import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { sweepTemporary, temporaryName, updateFile, writeFileAtomic } from '../../src/fs/atomic.ts'
import { runModule, startModule } from '../helpers/child.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree } from '../helpers/tree.ts'

describe('writeFileAtomic', () => {
  it('writes a file and the folders above it', async () => {
    const path = join(temporaryDirectory(), 'a/b/file.json')

    await writeFileAtomic(path, 'new')

    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('shows a reader the old content or the new one, never half', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'file')
    const [old, fresh] = ['o'.repeat(5_000_000), 'n'.repeat(5_000_000)]
    writeFileSync(path, old)

    const writing = startModule(
      `const { writeFileAtomic } = await import('./src/fs/atomic.ts')
for (let i = 0; i < 10; i++) await writeFileAtomic(input, (i % 2 ? 'o' : 'n').repeat(5_000_000))`,
      { input: path },
    )
    const seen = new Set<string>()
    while (writing.exitCode === null) {
      const text = readFileSync(path, 'utf8')
      seen.add(text === old ? 'old' : text === fresh ? 'new' : 'half')
      await new Promise((resolve) => setTimeout(resolve, 3))
    }

    expect((await writing).exitCode).toBe(0)
    expect([...seen].toSorted()).toEqual(['new', 'old'])
    expect(listTree(directory)).toEqual(['file'])
  })

  it('leaves nothing behind when it fails', async () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'taken/full'), { recursive: true })

    await expect(writeFileAtomic(join(directory, 'taken'), 'x')).rejects.toThrow('EISDIR')

    expect(listTree(directory)).toEqual([])
  })
})

describe('updateFile', () => {
  it.each([
    ['equal content', 'same', false],
    ['other content', 'other', true],
  ])(
    'of %s says whether it wrote, and touches the file only then',
    async (_, content, hasWritten) => {
      const path = join(temporaryDirectory(), 'file')
      writeFileSync(path, 'same')
      utimesSync(path, 1000, 1000)

      expect(await updateFile(path, content)).toBe(hasWritten)

      expect(readFileSync(path, 'utf8')).toBe(content)
      expect(statSync(path).mtimeMs === 1_000_000).toBe(!hasWritten)
    },
  )

  it('writes a file that is not there', async () => {
    const path = join(temporaryDirectory(), 'new/file')

    expect(await updateFile(path, '')).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('')
  })
})

/** What a process that has ended since named. */
const nameOfDead = (path: string): Promise<string> =>
  runModule(
    `const { temporaryName } = await import('./src/fs/atomic.ts')
console.log(temporaryName(input))`,
    { input: path },
  )

describe('sweepTemporary', () => {
  const day = 24 * 60 * 60

  it('removes what a dead process left, files and folders, at once', async () => {
    const directory = temporaryDirectory()
    writeFileSync(await nameOfDead(join(directory, 'file')), '')
    mkdirSync(join(await nameOfDead(join(directory, 'stage')), 'deep'), { recursive: true })

    await sweepTemporary(directory)

    expect(readdirSync(directory)).toEqual([])
  })

  it('leaves what a living process works on, though its folder was not touched for hours', async () => {
    const directory = temporaryDirectory()
    const stage = temporaryName(join(directory, 'stage'))
    mkdirSync(stage)
    const hoursAgo = Date.now() / 1000 - 5 * 60 * 60
    utimesSync(stage, hoursAgo, hoursAgo)

    await sweepTemporary(directory)

    expect(readdirSync(directory)).toEqual([basename(stage)])
  })

  it.each([
    ['of another host, until it is a day old', 'stage.tmp-0123abcd-1-89abcdef', [0.9, 1.1]],
    ['of an earlier pyembed, until it is a day old', 'stage.tmp-1-89abcdef', [0.9, 1.1]],
    ['that only looks like it, for ever', 'notes.tmp-mine', [100, Infinity]],
  ])('leaves what is %s', async (_, name, [young = 0, old = 0]) => {
    const directory = temporaryDirectory()
    const path = join(directory, name)
    writeFileSync(path, '')
    const age = (days: number): void => {
      const time = Math.max(0, Date.now() / 1000 - days * day)
      utimesSync(path, time, time)
    }

    age(young)
    await sweepTemporary(directory)
    expect(existsSync(path)).toBe(true)
    age(old)
    await sweepTemporary(directory)
    expect(existsSync(path)).toBe(old === Infinity)
  })

  it('removes only that of one file when it is named', async () => {
    const directory = temporaryDirectory()
    const [mine, other] = [
      await nameOfDead(join(directory, 'pyembed.lock')),
      await nameOfDead(join(directory, 'yours')),
    ]
    for (const path of [mine, other]) writeFileSync(path, '')

    await sweepTemporary(directory, 'pyembed.lock')

    expect(readdirSync(directory)).toEqual([basename(other)])
  })

  it('has nothing to say about a folder that is not there', async () => {
    await sweepTemporary(join(temporaryDirectory(), 'none'))
  })
})
