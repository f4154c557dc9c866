import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

import { mutateBytes, mutateText, oddTexts } from './mutate.ts'
import type { Random } from './random.ts'

/** What a wheel is made of, path and content, so that a changed one has right checksums. */
export type WheelParts = readonly (readonly [path: string, content: string])[]

const files: WheelParts = [
  ['demo/__init__.py', 'value = 1\n'],
  ['demo/large.txt', 'large enough to be streamed\n'.repeat(10_000)],
  ['demo-1.0.data/scripts/run', '#!python\nprint("run")\n'],
  ['demo-1.0.data/data/share/x', 'x'],
  ['demo-1.0.data/headers/x.h', '#pragma once\n'],
  ['demo-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'],
  ['demo-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n'],
  [
    'demo-1.0.dist-info/entry_points.txt',
    '[console_scripts]\ndemo = demo:main\n[gui_scripts]\nwindow = demo.gui:main [extra]\n',
  ],
]

export const wheelParts = withRecord(files)

function withRecord(parts: WheelParts): WheelParts {
  const lines = parts.map(([path, content]) => {
    const hash = createHash('sha256').update(content).digest('base64url')
    return `${path},sha256=${hash},${Buffer.byteLength(content)}\n`
  })
  return [...parts, ['demo-1.0.dist-info/RECORD', lines.join('')]]
}

/** A changed wheel: its bytes, or what it is made of. */
export function mutateWheel(input: Buffer, random: Random, other: Buffer): Buffer {
  if (random.chance(0.3)) return mutateBytes(input, random, other)
  if (random.chance(0.4)) return editZip(Buffer.from(input), random)
  const isRecord = random.chance(0.15)
  const parts = (isRecord ? wheelParts : files).map(
    ([path, content]) => [path, content] as [string, string],
  )
  for (let count = 1 + random.below(2); count > 0; count--) {
    const part = (isRecord ? parts.at(-1) : undefined) ?? random.pick(parts)
    const isPath = !isRecord && random.chance(0.4)
    if (!isPath) part[1] = mutateText(part[1].slice(0, 400), random, random.pick(parts)[1])
    else if (random.chance(0.5)) part[0] = mutateText(part[0], random, random.pick(parts)[0])
    else part[0] = part[0].replace(/[^/]*$/, random.pick(oddTexts))
  }
  if (random.chance(0.1)) parts.push(random.pick(parts))
  return makeZip(isRecord ? parts : withRecord(parts))
}

const oddNumbers = [
  0, 1, 8, 9, 12, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0xa1ff_0000, 0x21b6_0000,
]

/** Sets a field of a local header, a directory entry or an end record. */
function editZip(zip: Buffer, random: Random): Buffer {
  const signature = random.pick(['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006'])
  const places: number[] = []
  for (let at = zip.indexOf(signature); at !== -1; at = zip.indexOf(signature, at + 4))
    places.push(at)
  if (places.length === 0) return zip
  const at = random.pick(places) + 4 + random.below(42)
  if (at + 4 > zip.length) return zip
  if (random.chance(0.5)) zip.writeUInt16LE(random.pick(oddNumbers) & 0xffff, at)
  else zip.writeUInt32LE(random.pick(oddNumbers), at)
  return zip
}

/** A zip of these parts, whatever they are called. */
export function makeZip(parts: WheelParts): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [path, content] of parts) {
    const [name, data] = [Buffer.from(path), Buffer.from(content)]
    const raw = deflateRawSync(data, { level: 1 })
    const common = Buffer.alloc(26)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(raw.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(name.length, 22)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(0o100644 * 65536, 6)
    rest.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, raw])
    centrals.push(Buffer.from('PK\u0001\u0002\0\u0003'), common, rest, name)
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}
