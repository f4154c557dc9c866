import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

import { systemErrorCode } from '../errors.ts'

/**
 * Eight hex digits for where a process id means something: this host since its start, and of it the container with
 * processes of its own. Machines may share a name and a home; elsewhere than on Linux only the name tells them apart.
 */
export function hostMark(): string {
  const facts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ]
  return createHash('sha256').update(facts.join(' ')).digest('hex').slice(0, 8)
}

/** Whether a process of this host is there, be it another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemErrorCode(error) !== 'ESRCH'
  }
}

/** Only Linux has these files. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
