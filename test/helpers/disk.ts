import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, in memory. */
export interface Disk {
  readonly path: string
  readonly resize: (bytes: number) => void
  readonly remove: () => void
}

/** Mounts a tmpfs of this size; only root may. */
export function mountDisk(path: string, bytes: number): Disk {
  mkdirSync(path, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0755,size=${bytes}`, 'pyembed-test', path])
  return {
    path,
    resize: (now) => {
      execFileSync('mount', ['-o', `remount,size=${now}`, path])
    },
    remove: () => {
      // Lazily: what a killed program left open must not keep it.
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Whether this process may mount a file system: a container's root may not. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'pyembed-mount-'))
  try {
    mountDisk(join(folder, 'disk'), 4096).remove()
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
