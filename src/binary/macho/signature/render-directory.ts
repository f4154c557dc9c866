import { hash } from 'node:crypto'

import { magics } from './blobs.ts'
import { hardenedRuntime, pageCount } from './code-directory.ts'

/** What a new code directory says, beside the hashes of the code. */
export interface DirectoryPlan {
  readonly identifier: string
  readonly flags: number
  /** The SDK, xxxx.yy.zz packed; told for a hardened runtime only. */
  readonly runtime: number
  readonly codeLimit: number
  readonly pageSize: number
  readonly execSegment: { readonly base: number; readonly limit: number; readonly flags: number }
  /** What belongs to the code, whose hashes go into the special slots. */
  readonly special: ReadonlyMap<number, Buffer>
}

const [sha256, hashSize] = [2, 32]

/** Fields up to `execSegFlags` (0x20400), and with `runtime` and `preEncryptOffset` (0x20500). */
const sizes = { exec: 88, runtime: 96 }

export function directorySize(plan: DirectoryPlan): number {
  return hashOffset(plan) + pageCount(plan.codeLimit, plan.pageSize) * hashSize
}

/** @param code what is signed, all up to `codeLimit`, in pieces */
export function renderDirectory(plan: DirectoryPlan, code: readonly Buffer[]): Buffer {
  const { identifier, flags, codeLimit, pageSize, execSegment, special } = plan
  const directory = Buffer.alloc(directorySize(plan))
  const first = hashOffset(plan)
  const isLong = codeLimit > 0xffff_ffff
  const words = [
    magics.codeDirectory,
    directory.length,
    isHardened(plan) ? 0x20500 : 0x20400,
    flags,
    first,
    identifierOffset(plan),
    slotCount(special),
    pageCount(codeLimit, pageSize),
    isLong ? 0xffff_ffff : codeLimit,
  ]
  for (const [index, word] of words.entries()) directory.writeUInt32BE(word, index * 4)
  directory.writeUInt8(hashSize, 36)
  directory.writeUInt8(sha256, 37)
  directory.writeUInt8(Math.log2(pageSize), 39)
  directory.writeBigUInt64BE(isLong ? BigInt(codeLimit) : 0n, 56)
  directory.writeBigUInt64BE(BigInt(execSegment.base), 64)
  directory.writeBigUInt64BE(BigInt(execSegment.limit), 72)
  directory.writeBigUInt64BE(BigInt(execSegment.flags), 80)
  if (isHardened(plan)) directory.writeUInt32BE(plan.runtime, 88)
  directory.write(identifier, identifierOffset(plan))
  for (const [slot, content] of special) {
    hash('sha256', content, 'buffer').copy(directory, first - slot * hashSize)
  }
  let slot = first
  for (const page of splitPages(code, pageSize)) {
    hash('sha256', page, 'buffer').copy(directory, slot)
    slot += hashSize
  }
  return directory
}

/** Only a page that lies in several pieces is copied. */
function* splitPages(pieces: readonly Buffer[], pageSize: number): Generator<Buffer> {
  let page: Buffer[] = []
  let size = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + pageSize - size)
      page.push(part)
      at += part.length
      size += part.length
      if (size < pageSize) continue
      yield page.length === 1 ? part : Buffer.concat(page)
      page = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(page)
}

function isHardened({ flags }: DirectoryPlan): boolean {
  return (flags & hardenedRuntime) !== 0
}

function identifierOffset(plan: DirectoryPlan): number {
  return isHardened(plan) ? sizes.runtime : sizes.exec
}

function hashOffset(plan: DirectoryPlan): number {
  const identifierSize = Buffer.byteLength(plan.identifier) + 1
  return identifierOffset(plan) + identifierSize + slotCount(plan.special) * hashSize
}

/** All up to the highest one; those that are not there stay zero. */
function slotCount(special: DirectoryPlan['special']): number {
  return Math.max(0, ...special.keys())
}
