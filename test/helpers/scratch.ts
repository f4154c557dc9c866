import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
/** The tests need 4 GB at most, and their programs some beside. */
const room = 8 * 1024 ** 3

/**
 * A fresh folder for all that tests write: in memory where that has room, since making and removing trees of thousands
 * of files is what they do most; else, or where `TMPDIR` names a place, there.
 */
export function makeScratch(name: string): string {
  const parent = process.env['TMPDIR'] === undefined && isMemoryFit() ? memory : tmpdir()
  return realpathSync(mkdtempSync(join(parent, name)))
}

/** Containers have a small one, or one whose programs do not start. */
function isMemoryFit(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    if (Math.min(bavail * bsize, freemem()) < room) return false
    const folder = mkdtempSync(join(memory, 'pyembed-probe-'))
    const program = join(folder, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    const { status } = spawnSync(program)
    rmSync(folder, { recursive: true })
    return status === 0
  } catch {
    return false
  }
}
