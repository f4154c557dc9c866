import type { Environment } from './env.ts'
import type { Emit } from './events.ts'

/** What every flow function is given beside its data: the edge to the outside. */
export interface Context {
  readonly env: Environment
  readonly emit: Emit
  readonly signal?: AbortSignal
}
