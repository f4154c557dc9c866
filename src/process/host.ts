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
  return hexOf(fnv1a(Buffer.from(facts.join(' '))))
}

/** Eight hex digits that nobody else takes for a name at this moment. Not a secret: a hash or a key needs node:crypto. */
export function randomMark(): string {
  return hexOf(Math.floor(Math.random() * 2 ** 32))
}

/** FNV-1a of 32 bits (draft-eastlake-fnv): loading node:crypto takes as long as a short command. */
function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5)
}

function hexOf(bits: number): string {
  return bits.toString(16).padStart(8, '0')
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

/** Whether a process of this host is suspended, as by Ctrl-Z or a debugger. Only Linux tells (proc(5), stat). */
export function isSuspended(pid: number): boolean {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return /^ [Tt] /.test(stat.slice(stat.lastIndexOf(')') + 1))
}

/** Only Linux has these files. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
