import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { updateFile, writeFileAtomic } from '../../src/fs/atomic.ts'
import { startModule } from '../helpers/child.ts'
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
