import { listEntries } from '../store/list.ts'
import { formatColumns } from '../text/columns.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

export const run: Run<CommonFlags> = async ({ env }) => {
  const entries = await listEntries(env.dataDir)
  const json = entries.map(({ entry: { head, directory }, files, sizeBytes }) => ({
    pinId: head.pin.id,
    target: head.target,
    python: { version: head.version, build: head.build, variant: head.variant },
    packages: head.packages,
    storeEntry: directory,
    files,
    sizeBytes,
  }))
  const rows = json.map(({ pinId, packages, files, sizeBytes }) => [
    pinId,
    formatSize(sizeBytes),
    `${files} files`,
    packages.map(({ name, version }) => `${name} ${version}`).join(', ') || 'tool Python',
  ])
  return { json, text: rows.length === 0 ? 'The store is empty' : formatColumns(rows) }
}
