import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
/** The tests need 5 GB at most, and their programs some beside. */
const room = 8 * 1024 ** 3

/**
 * A fresh folder for all that tests write: in memory where that has room, since making and removing trees of thousands
 * of files is what they do most; else, or where `TMPDIR` names a place, there.
 */
export function makeScratch(name: string): string {
  if (process.env['TMPDIR'] !== undefined || !existsSync(memory)) return makeIn(tmpdir(), name)
  sweep(name)
  return makeIn(isMemoryFit() ? memory : tmpdir(), name)
}

function makeIn(parent: string, name: string): string {
  return realpathSync(mkdtempSync(join(parent, `${name}${process.pid}-`)))
}

/** What a killed run left would take memory until the machine starts again. */
function sweep(name: string): void {
  for (const found of readdirSync(memory).filter((each) => each.startsWith(name))) {
    const path = join(memory, found)
    const pid = /^\d+(?=-)/.exec(found.slice(name.length))?.[0]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    if (lstatSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true })
  }
}

/** Containers have a small one, or one whose programs do not start. */
function isMemoryFit(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    // What this process may use: a container's limit counts files in memory, too.
    if (Math.min(bavail * bsize, process.availableMemory()) < room) return false
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
