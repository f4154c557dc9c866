/** What happens while pyembed works. Flow code emits; only `reporter/` shows. */
export type PyEmbedEvent =
  /** A piece of work that may take long began. `id` pairs it with its progress and end. */
  | { readonly kind: 'start'; readonly id: string; readonly text: string }
  | {
      readonly kind: 'progress'
      readonly id: string
      readonly done: number
      readonly total: number | undefined
    }
  | { readonly kind: 'end'; readonly id: string; readonly text: string }
  /** Something the user should know, with nothing wrong. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  /** Shown with `--verbose` only. */
  | { readonly kind: 'detail'; readonly text: string }

export type Emit = (event: PyEmbedEvent) => void
