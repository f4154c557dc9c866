import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createTreeWriter, type TreeWriter } from '../../src/fs/tree-writer.ts'
import { type ArchiveFile, writeArchive } from '../../src/install/archive-part.ts'
import { installWheel } from '../../src/install/wheel.ts'
import { formatLock, parseLock } from '../../src/lock/file.ts'
import { parseManifest } from '../../src/manifest/read.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { parseShasums } from '../../src/releases/shasums.ts'
import { makeLock } from '../helpers/lock.ts'
import { binaryKinds } from './binary-inputs.ts'
import { bundleKinds } from './bundle-inputs.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import type { Random } from './random.ts'
import { madeTarGz, madeTarZst, type RealInputs } from './seeds.ts'
import { mutateTarGz } from './tar-inputs.ts'
import { makeZip, mutateWheel, wheelParts } from './wheel-inputs.ts'

export interface Seed {
  readonly name: string
  readonly data: Buffer
}

/** One format that pyembed reads. */
export interface Kind {
  readonly name: string
  /** Inputs that are good. */
  readonly seeds: readonly Seed[]
  readonly mutate: (input: Buffer, random: Random, other: Buffer) => Buffer
  /** Lets pyembed read it; what it writes goes to the folder `tree` of the sandbox. */
  readonly read: (input: Seed, sandbox: string) => Promise<void> | void
}

const python = {
  target: parseTarget('x86_64-unknown-linux-gnu'),
  version: '3.14.6',
  variant: 'default',
} as const
const interruption = { pause: () => Promise.resolve() }

export async function makeKinds(real: RealInputs): Promise<readonly Kind[]> {
  return [
    {
      name: 'tar.gz',
      seeds: [{ name: 'made.tar.gz', data: madeTarGz() }, ...real.archives],
      mutate: mutateTarGz,
      read: (input, sandbox) =>
        unpack(input, sandbox, (writer, file) => writeArchive(writer, file, interruption)),
    },
    {
      name: 'tar.zst',
      seeds: [{ name: 'made.tar.zst', data: madeTarZst() }, ...real.zstArchives],
      mutate: mutateBytes,
      read: (input, sandbox) =>
        unpack(input, sandbox, (writer, file) => writeArchive(writer, file, interruption)),
    },
    {
      name: 'wheel',
      seeds: [{ name: 'demo-1.0-py3-none-any.whl', data: makeZip(wheelParts) }, ...real.wheels],
      mutate: mutateWheel,
      read: (input, sandbox) =>
        unpack(input, sandbox, (writer, file) =>
          installWheel(writer, file, { kind: python, interruption }),
        ),
    },
    ...binaryKinds(),
    ...(await bundleKinds()),
    textKind('lock', formatLock(makeLock({ recipe: 2 })), (text) => {
      formatLock(parseLock(text, 'pyembed.lock'))
    }),
    textKind('manifest', manifest, (text) => void parseManifest(text, 'pyembed.toml')),
    textKind('SHA256SUMS', shasums, (text) => void parseShasums(text, 'SHA256SUMS')),
  ]
}

const manifest = `# An app.
[app]
name = "Workbench"
id = "org.example.workbench"

[python]
version = "3.14"
build = "20260610"
variant = 'default'
flavor = "install_only"
targets = ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin"]
platform = { glibc = "2.28", macos = "11.0" }

[python.packages]
requires = ["numpy>=2.3; python_version >= '3.10'", "tqdm[extra] ~= 4.0"]

[deploy]
trim = ["tests"]
`

const shasums = ['x86_64-unknown-linux-gnu', 'aarch64-apple-darwin', 'x86_64-pc-windows-msvc']
  .map((target, index) => {
    const name = `cpython-3.14.6+20260610-${target}-install_only_stripped.tar.gz`
    return `${String(index).repeat(64)}  ${name}\n`
  })
  .join('')

function textKind(name: string, text: string, read: (text: string) => void): Kind {
  return {
    name,
    seeds: [{ name, data: Buffer.from(text) }],
    mutate: (input, random, other) =>
      Buffer.from(mutateText(input.toString(), random, other.toString())),
    read: ({ data }) => read(data.toString()),
  }
}

async function unpack(
  { name, data }: Seed,
  sandbox: string,
  write: (writer: TreeWriter, file: ArchiveFile) => Promise<void>,
): Promise<void> {
  const path = join(sandbox, 'input')
  writeFileSync(path, data)
  mkdirSync(join(sandbox, 'tree'))
  const sha256 = createHash('sha256').update(data).digest('hex')
  await write(createTreeWriter(join(sandbox, 'tree')), { name, path, sha256 })
}
