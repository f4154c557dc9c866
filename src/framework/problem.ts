/** Something that macOS, or whoever starts the framework, would take offence at. */
export interface FrameworkProblem {
  /** In the framework. */
  readonly path: string
  readonly kind:
    | 'missing'
    | 'changed'
    | 'extra'
    | 'link'
    /** CodeResources itself */
    | 'seal'
    /** Something is where nothing of its kind may be. */
    | 'structure'
    /** No signature, or one of other bytes. */
    | 'signature'
    /** dyld would not load it. */
    | 'load'
    /** It does not run on every macOS that it should. */
    | 'system'
    /** dyld would not find it, or elsewhere. */
    | 'library'
    /** A folder of another machine in a load command. */
    | 'build-path'
  readonly detail: string
}
