import { type FileRecord, type Inventory, sortInventory } from '../fs/inventory.ts'

/**
 * An inventory as text: JSON with the head on the second line and then one file per line, so that CMake can
 * compare lines and people can read them.
 */
export function formatInventoryText(head: object, inventory: Inventory): string {
  const lines = [...sortInventory(inventory)].map(
    ([path, record]) => `    ${JSON.stringify(path)}: ${JSON.stringify(record)}`,
  )
  return `{\n  "head": ${JSON.stringify(head)},\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`
}

/** Reads such a text; undefined when it is none. */
export function parseInventoryText(text: string): { head: unknown; files: Inventory } | undefined {
  try {
    const { head, files } = JSON.parse(text) as { head: unknown; files: Record<string, FileRecord> }
    return { head, files: new Map(Object.entries(files)) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
