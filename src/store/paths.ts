import { join } from 'node:path'

export function storeDirectory(dataDir: string): string {
  return join(dataDir, 'store')
}

/** The folder of a pin: `<data>/store/<pin id>`. */
export function entryDirectory(dataDir: string, pinId: string): string {
  return join(storeDirectory(dataDir), pinId)
}

/** Where processes say which entry they are making: `<data>/leases/<pin id>.lease`. */
export function leasesDirectory(dataDir: string): string {
  return join(dataDir, 'leases')
}

/** The file beside `prefix/` that makes a folder of the store an entry. */
export const inventoryName = 'inventory.json'
