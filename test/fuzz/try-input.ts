import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { fromSystemError, PyEmbedError } from '../../src/errors.ts'
import type { Kind, Seed } from './kinds.ts'
import { createRandom } from './random.ts'

export interface FuzzInput extends Seed {
  readonly kind: Kind
}

/** What came of an input: `accepted`, the code of the error, or what must not be. */
export type Outcome = { readonly code: string } | { readonly failure: string }

/** No input is large: reading one takes milliseconds. */
const slowest = 5000

/** The input of that index, which depends on nothing but the seed. */
export function makeInput(kinds: readonly Kind[], seed: number, index: number): FuzzInput {
  const random = createRandom(seed, index)
  const kind = random.pick(kinds)
  const { name, data } = random.pick(kind.seeds)
  return { kind, name, data: kind.mutate(data, random, random.pick(kind.seeds).data) }
}

/** Reads an input in a fresh folder of `directory`, and looks at what it left. */
export async function tryInput(input: FuzzInput, directory: string): Promise<Outcome> {
  const sandbox = join(directory, 'outer', 'sandbox')
  mkdirSync(sandbox, { recursive: true })
  const started = performance.now()
  let outcome: Outcome = { code: 'accepted' }
  try {
    await input.kind.read(input, sandbox)
  } catch (error) {
    const expected = error instanceof PyEmbedError ? error : fromSystemError(error)
    outcome =
      expected === undefined
        ? { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
        : { code: expected.code }
  }
  const took = performance.now() - started
  if (took > slowest) outcome = { failure: `it took ${Math.round(took)} ms` }
  const found = [directory, join(directory, 'outer'), sandbox].flatMap((folder) =>
    readdirSync(folder),
  )
  const strangers = found.filter((name) => !['outer', 'sandbox', 'input', 'tree'].includes(name))
  if (strangers.length > 0) outcome = { failure: `it wrote outside: ${strangers.join(', ')}` }
  rmSync(join(directory, 'outer'), { recursive: true })
  return outcome
}
