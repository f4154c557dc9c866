import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { makeFolders } from '../../src/fs/make-folders.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

it('makes a folder with those above, and leaves one that is there', () => {
  const directory = temporaryDirectory()
  makeFolders(join(directory, 'a/b/../c/d'))
  makeFolders(join(directory, 'a/c/d'))
  expect(existsSync(join(directory, 'a/c/d'))).toBe(true)
})

it.runIf(process.platform === 'linux')('ends where the file system makes none', () => {
  expect(() => makeFolders('/proc/nope/deeper')).toThrow(
    'the folder `/proc/nope` cannot be made: its file system makes none',
  )
})

it('says what is in the way', () => {
  const directory = temporaryDirectory()
  const at = (name: string): string => join(directory, name)
  writeFileSync(at('file'), '')
  symlinkSync(at('nowhere'), at('dangling'))
  expect(() => makeFolders(at('file'))).toThrow('something else has its name')
  expect(() => makeFolders(at('dangling/folder'))).toThrow('something else has its name')
  expect(() => makeFolders(at('file/folder'))).toThrow('ENOTDIR')
})
