import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Environment } from '../env.ts'

/** A place that holds `<build>/<name>`: a server or a folder. */
export interface Source {
  /** As the user wrote it; for messages. */
  readonly base: string
  readonly kind: 'http' | 'directory'
}

/**
 * Where archives come from, in order. A mirror that the user named is the only one: asking elsewhere would
 * be a fallback nobody sees.
 */
export function pythonSources(env: Environment): readonly Source[] {
  const bases = env.pythonMirror === undefined ? env.pythonUpstreams : [env.pythonMirror]
  return bases.map(parseSource)
}

export function parseSource(base: string): Source {
  if (/^https?:\/\//i.test(base)) return { base: base.replace(/\/+$/, ''), kind: 'http' }
  return { base: base.startsWith('file:') ? fileURLToPath(base) : resolve(base), kind: 'directory' }
}

/** The URL or path of a file of a build. PBS names hold a `+`, which servers want escaped. */
export function locate({ base, kind }: Source, build: string, name: string): string {
  return kind === 'http' ? `${base}/${build}/${encodeURIComponent(name)}` : join(base, build, name)
}
