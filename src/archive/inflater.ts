export interface Inflater {
  /** @throws {@link InflateError}, and what `give` throws */
  readonly write: (chunk: Buffer) => void
  /** @throws the same when the data is not complete */
  readonly end: () => void
}

/** The compressed data is to blame. */
export class InflateError extends Error {
  /** It was complete, and more followed. */
  readonly isTrailing: boolean

  constructor(reason: string, isTrailing: boolean, cause?: unknown) {
    super(reason, { cause })
    this.isTrailing = isTrailing
  }
}
