import type { FrameworkProblem } from '../framework/problem.ts'

/** Something that macOS, or whoever starts the app, would take offence at. */
export interface BundleProblem {
  /** In the app. */
  readonly path: string
  readonly kind:
    | FrameworkProblem['kind']
    /** dyld refuses its load commands. */
    | 'load'
    /** A library that is found has no such symbol. */
    | 'symbol'
    /** Two of what there may be one of in a process. */
    | 'duplicate'
    /** Its load commands have no room for where things are. */
    | 'room'
  readonly detail: string
}
