import { createHash } from 'node:crypto'

import type { Manifest } from '../manifest/manifest.ts'
import { hostTarget } from '../platform/target.ts'
import { canonicalJson } from '../text/json.ts'

/** The targets of a manifest: those it names, else the host's. */
export function manifestTargets(manifest: Manifest): readonly string[] {
  return manifest.python.targets ?? [hostTarget()]
}

/** sha256 over all that the lock depends on. Order and spacing in the manifest do not matter. */
export function manifestDigest(manifest: Manifest): string {
  const { python, platform, requires } = manifest
  const text = canonicalJson({
    python: {
      version: python.version,
      build: python.build,
      variant: python.variant,
      flavor: python.flavor,
      targets: [...manifestTargets(manifest)].sort(),
    },
    platform: { ...platform },
    requires: requires.map((requirement) => requirement.replaceAll(/\s+/g, ' ').trim()).sort(),
  })
  return createHash('sha256').update(text).digest('hex')
}
