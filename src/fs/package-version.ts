import manifest from '../../package.json' with { type: 'json' }

/** The version of pyembed. */
export const packageVersion: string = manifest.version
