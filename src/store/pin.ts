import { createHash } from 'node:crypto'

import xxhash from 'xxhash-wasm'

import { canonicalJson } from '../text/json.ts'

/** All that decides the content of a prefix. */
export interface PinInputs {
  /** `cpython-3.14.6+20260610-x86_64-unknown-linux-gnu` */
  readonly key: string
  /** Raised whenever equal inputs would give other bytes. */
  readonly recipe: number
  readonly archive: string
  readonly floors: Readonly<Record<string, string>>
  /** sha256 of each wheel by its file name. */
  readonly wheels: Readonly<Record<string, string>>
}

/** The name of a prefix's content, and the hash that is compared before it is reused. */
export interface Pin {
  /** key + `-` + 16 hex digits of XXH64; names the store entry. */
  readonly id: string
  /** sha256 over the same inputs; decides. */
  readonly sha256: string
}

export async function computePin(inputs: PinInputs): Promise<Pin> {
  const text = canonicalJson({ ...inputs })
  const hasher = await xxhash()
  return {
    id: `${inputs.key}-${hasher.h64ToString(text)}`,
    sha256: createHash('sha256').update(text).digest('hex'),
  }
}
