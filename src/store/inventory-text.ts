import { createHash } from 'node:crypto'

import { type FileRecord, type Inventory, sortInventory } from '../fs/inventory.ts'

/**
 * An inventory as text: JSON with the head on the second line and then one file per line, so that CMake can
 * compare lines and people can read them; at the end the sha256 of all that is before it, so that damage shows.
 */
export function formatInventoryText(head: object, inventory: Inventory): string {
  const lines = [...sortInventory(inventory)].map(
    ([path, record]) => `    ${JSON.stringify(path)}: ${JSON.stringify(record)}`,
  )
  const body = `{\n  "head": ${JSON.stringify(head)},\n  "files": {\n${lines.join(',\n')}\n  }`
  return `${body}${digestMark}${sha256(body)}"\n}\n`
}

/** Reads such a text; undefined when it is none, or not as it was written. */
export function parseInventoryText(text: string): { head: unknown; files: Inventory } | undefined {
  const [body = '', digest] = text.split(digestMark)
  if (digest !== `${sha256(body)}"\n}\n`) return undefined
  const { head, files } = JSON.parse(text) as { head: unknown; files: Record<string, FileRecord> }
  return { head, files: new Map(Object.entries(files)) }
}

const digestMark = ',\n  "sha256": "'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
