import { type ListedEntry, listEntries } from '../store/list.ts'
import { readRoots } from '../store/roots.ts'
import { formatColumns } from '../text/columns.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

export const run: Run<CommonFlags> = async ({ env, emit }) => {
  const roots = await readRoots(env.dataDir, ({ message }) =>
    emit({ kind: 'warning', text: message }),
  )
  const entries = await listEntries(env.dataDir, roots)
  const lines = entries.flatMap((entry) => [row(entry), ...userRows(entry)])
  return {
    json: entries.map(toJson),
    text: entries.length === 0 ? 'The store is empty' : formatColumns(lines),
  }
}

function toJson({ pinId, directory, head, files, sizeBytes, users, ...entry }: ListedEntry) {
  return {
    pinId,
    target: head?.target ?? null,
    python:
      head === undefined
        ? null
        : { version: head.version, build: head.build, variant: head.variant },
    packages: head?.packages ?? null,
    storeEntry: directory,
    files,
    sizeBytes,
    users,
    lastUsed: entry.lastUsed ?? null,
    problem: entry.problem ?? null,
  }
}

function row({ pinId, head, files, sizeBytes, problem }: ListedEntry): readonly string[] {
  if (problem !== undefined) return [pinId, 'damaged', '', problem]
  const packages = head?.packages.map(({ name, version }) => `${name} ${version}`).join(', ')
  return [pinId, formatSize(sizeBytes), `${files} files`, packages || 'tool Python']
}

function userRows({ users }: ListedEntry): readonly (readonly string[])[] {
  if (users.length === 0) return [['  used by no project']]
  return users.map(({ project, exists, lastUsed }) => [
    `  used by ${project}${exists ? '' : ' (gone)'}, last ${lastUsed.slice(0, 10)}`,
  ])
}
