import { type Kind, makeKinds } from './kinds.ts'
import { findRealInputs } from './seeds.ts'

/** Which inputs: with the index of one it says what is in it. */
export interface Choice {
  readonly seed: number
  /** How the names of the kinds begin. */
  readonly prefix: string
}

/** Kinds with made and real inputs. @throws when none is called so */
export async function chooseKinds(prefix: string): Promise<readonly Kind[]> {
  const kinds = await makeKinds(findRealInputs())
  const chosen = kinds.filter(({ name }) => name.startsWith(prefix))
  if (chosen.length > 0) return chosen
  throw new Error(`--kind is the beginning of one of ${kinds.map(({ name }) => name).join(', ')}`)
}
