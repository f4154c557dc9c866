/** The mirror cannot be made for a reason outside of this code; the message is one line for the user. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError'
}
