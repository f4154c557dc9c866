import { expect, it } from 'vitest'

import { temporaryDirectory } from '../helpers/temporary.ts'
import { makeKinds } from './kinds.ts'
import { makeInput, tryInput } from './try-input.ts'

const kinds = await makeKinds({ archives: [], zstArchives: [], wheels: [] })

it.each(kinds)('reads what a $name is mutated from', async (kind) => {
  for (const seed of kind.seeds) {
    expect(await tryInput({ kind, ...seed }, temporaryDirectory('fuzz'))).toEqual({
      code: 'accepted',
    })
  }
})

it('finds 150 changes in sealed bundles', async () => {
  const bundles = kinds.filter(({ name }) => ['app', 'framework'].includes(name))
  const directory = temporaryDirectory('fuzz')
  for (let index = 0; index < 150; index++) {
    const outcome = await tryInput(makeInput(bundles, 2, index), directory)

    if ('failure' in outcome) expect.fail(`input ${index}: ${outcome.failure}`)
  }
}, 60_000)

it('takes or refuses 700 mutated inputs, and nothing else happens', async () => {
  const directory = temporaryDirectory('fuzz')
  const codes = new Set<string>()
  for (let index = 0; index < 700; index++) {
    const outcome = await tryInput(makeInput(kinds, 1, index), directory)

    if ('failure' in outcome) expect.fail(`input ${index}: ${outcome.failure}`)
    codes.add(outcome.code)
  }
  // Otherwise the inputs do not get far.
  expect(codes.size).toBeGreaterThanOrEqual(15)
}, 60_000)
