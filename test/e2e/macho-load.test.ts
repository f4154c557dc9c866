import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { checkLoad } from '../../src/binary/macho/check-load.ts'
import { isMacho } from '../../src/binary/macho/macho.ts'
import { checkSignature } from '../../src/binary/macho/signature/check.ts'
import { sealMacho } from '../../src/binary/macho/signature/seal.ts'
import { hasErrorCode } from '../../src/errors.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import { mutateBytes } from '../fuzz/mutate.ts'
import { createRandom } from '../fuzz/random.ts'
import { judgeMachos } from '../helpers/macho-judges.ts'
import { makeDylib, makeFat } from '../helpers/make-dylib.ts'
import { sharedResult } from '../helpers/prefix.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { isSoak } from '../helpers/soak.ts'
import { builds, targets } from './pythons.ts'

const trees = builds.flatMap(({ build }) =>
  targets.filter((target) => target.includes('apple')).map((target) => ({ build, target })),
)

function machosOf(build: string, target: string): readonly Buffer[] {
  const { prefix } = sharedResult(build, target)
  return [...walkFiles(prefix)]
    .filter(({ isLink }) => !isLink)
    .map(({ path }) => readFileSync(join(prefix, path)))
    .filter(isMacho)
}

it.each(trees)(
  'checkLoad has nothing against the files of $build for $target',
  ({ build, target }) => {
    const machos = machosOf(build, target)

    expect(machos.length).toBeGreaterThan(15)
    expect(machos.flatMap(checkLoad)).toEqual([])
  },
)

describeWithTools(['llvm-objdump-19'], 'checkLoad', () => {
  it('accepts nothing with damaged load commands that LLVM or lief refuse', async () => {
    const directory = temporaryDirectory('damaged')
    const small = trees
      .flatMap(({ build, target }) => machosOf(build, target))
      .filter(({ length }) => length < 100_000)
    const made = [makeDylib(), makeDylib({ arch: 'x86_64' })]
    const fat = Array.from({ length: Math.ceil(small.length / 4) }, () => makeFat(made))
    const seeds = [...made, ...small, ...fat]
    const wanted = isSoak ? 2000 : 60
    const paths: string[] = []
    for (let index = 0; paths.length < wanted; index++) {
      const sealed = damage(seeds, index)
      if (sealed === undefined) continue
      const path = join(directory, String(index))
      writeFileSync(path, sealed)
      const { stderr } = spawnSync('llvm-objdump-19', ['--macho', '--private-headers', path], {
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      paths.push(path)
    }

    expect((await judgeMachos(paths)).filter(({ lief }) => lief.length === 0)).toEqual([])
  })
})

/** Of a fat file too, whose slices come behind it. */
function endOfHead(file: Buffer): number {
  const isFat = file.readUInt32BE(0) === 0xcafebabe
  return isFat ? 8 + 20 * file.readUInt32BE(4) : 32 + file.readUInt32LE(20)
}

/** A file whose load commands were changed and signed after that; undefined when we refuse it. */
function damage(seeds: readonly Buffer[], index: number): Buffer | undefined {
  const random = createRandom(11, index)
  const seed = random.pick(seeds)
  const end = endOfHead(seed)
  const head = mutateBytes(seed.subarray(0, end), random, random.pick(seeds).subarray(0, end))
  // What is longer or shorter moves all that follows.
  if (head.length !== end) return undefined
  try {
    const sealed = sealMacho(Buffer.concat([head, seed.subarray(end)]), { identifier: 'damaged' })
    const problems = [...checkLoad(sealed), ...checkSignature(sealed, {})]
    return problems.length === 0 ? sealed : undefined
  } catch (error) {
    if (
      !hasErrorCode(error, 'PYEMBED_BINARY_INVALID') &&
      !hasErrorCode(error, 'PYEMBED_MACHO_UNSUPPORTED') &&
      !hasErrorCode(error, 'PYEMBED_MACHO_NO_ROOM')
    )
      throw error
    return undefined
  }
}
