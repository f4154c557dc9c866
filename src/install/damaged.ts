import { PyEmbedError } from '../errors.ts'

/** A file of the download cache is not what its name says. */
export class DamagedCacheFile extends PyEmbedError {
  readonly path: string

  constructor(name: string, path: string, found: string, wanted: string) {
    super(
      'PYEMBED_CHECKSUM_MISMATCH',
      `the cached \`${name}\` has sha256 \`${found}\`, the lock wants \`${wanted}\``,
      {
        hint: `Remove \`${path}\` and run the command again`,
      },
    )
    this.path = path
  }
}
