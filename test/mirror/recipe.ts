import { createHash } from 'node:crypto'

/** Raised whenever the code here would give other bytes for the same data. */
const format = 2

/** One Python version of one PBS release: what to ask for and what must arrive. */
export interface Build {
  readonly build: string
  readonly version: string
  readonly flavor: 'install_only' | 'install_only_stripped'
  readonly goModule: { readonly version: string; readonly sum: string }
  readonly jarVersion: string
  readonly wheels: readonly Wheel[]
  /** What `prefix=` says in `lib/pkgconfig/*.pc`: PBS made it relative in February 2025. */
  readonly pkgConfigPrefix: string
  readonly archives: readonly Archive[]
}

export interface Archive {
  readonly target: string
  /** The folder of the Go module that holds this target's tree. */
  readonly tree: string
  readonly jar: Jar
}

export interface Jar {
  readonly classifier: string
  readonly sha256: string
}

export interface Wheel {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

/** What a caller wants of the mirror; without it, everything. */
export interface Selection {
  readonly builds?: readonly string[]
  readonly targets?: readonly string[]
}

export const goModulePath = 'github.com/kluctl/go-embed-python'
export const jarGroup = 'org.bytedeco'
export const jarArtifact = 'cpython'

// The Linux trees of 3.14.6 are stripped of symbols, the macOS ones hold a debug map and no DWARF, the Windows ones
// have no PDB: nearest to PBS's stripped flavor. Those of 3.11.11 are as they were built, 58 MB of libpython with DWARF.
const allBuilds: readonly Build[] = [
  {
    build: '20260610',
    version: '3.14.6',
    flavor: 'install_only_stripped',
    goModule: {
      version: 'v0.0.0-3.14.6-20260610-1',
      sum: 'h1:oGUS7++Wm3LgxUfD6AmJgKbKQD2wdQFO9PzyJv6T+E4=',
    },
    jarVersion: '3.14.3-1.5.13',
    wheels: [
      {
        name: 'pip',
        version: '26.1.2',
        sha256: '382ff9f685ee3bc25864f820aa50505825f10f5458ffff07e30a6d96e5715cab',
      },
    ],
    pkgConfigPrefix: '${pcfiledir}/../..',
    archives: archivesFor({
      'linux-x86_64': 'eb5f1a6fe2dc498ac18927189a37f28a47b0ba06ae6bd85112eff023fe2eb46f',
      'linux-arm64': '75d0ac8f457bdb2d6b684796c282ce4da1e0c377a02b954de2c718f80901a15f',
      'macosx-arm64': '49a3055dc8f182744736f0c832f7637f0d515da7830b2049fa7da9f86220dbb1',
      'macosx-x86_64': '16f6d92143248378b57cee445924b2c3388020abfc8982ffb6a6ba64d6d7bb23',
      'windows-x86_64': '3291bf3d8f405335ac21dbe55780521fdfd295b0f9f43f7e6e8c55bedd709cb3',
    }),
  },
  {
    build: '20241219',
    version: '3.11.11',
    flavor: 'install_only',
    goModule: {
      version: 'v0.0.0-3.11.11-20241219-1',
      sum: 'h1:yVXFTxa6cvhLC6TwkDEHmNaiWlDyaFEGiXd1DQdoeOU=',
    },
    jarVersion: '3.11.3-1.5.9',
    wheels: [
      {
        name: 'pip',
        version: '24.3.1',
        sha256: '3790624780082365f47549d032f3770eeb2b1e8bd1f7b2e02dace1afa361b4ed',
      },
      {
        name: 'setuptools', // PBS ships it up to Python 3.11.
        version: '75.6.0',
        sha256: 'ce74b49e8f7110f9bf04883b730f4765b774ef3ef28f722cce7c273d253aaf7d',
      },
    ],
    pkgConfigPrefix: '/install',
    archives: archivesFor({
      'linux-x86_64': '668b42f6a8b1a9789de7d3ca54a81fefb754cd8e885554b42858bbcbc0dd497c',
      'linux-arm64': 'c98d023d4f79bdae2fb8973443324e48bb39e5b8f149a24e9d0317eb165d7925',
      'macosx-x86_64': '223aed1538351b9df68781f60afa865c5ca6cc640353cb5d46b4706049cec5e4',
      'windows-x86_64': '3263a50b256447bb7b9e604d6587627e419891370fc33b94469e6a06ff4de834',
    }),
  },
]

/** The builds, or the part of them that a caller needs. */
export function selectBuilds({ builds, targets }: Selection = {}): readonly Build[] {
  const selected: Build[] = []
  for (const build of allBuilds) {
    const archives = build.archives.filter(({ target }) => targets?.includes(target) ?? true)
    const isWanted = builds?.includes(build.build) ?? true
    if (isWanted && archives.length > 0) selected.push({ ...build, archives })
  }
  if (selected.length === 0) throw new Error('the selection leaves nothing of the mirror')

  return selected
}

/** Names the mirror that these builds give. */
export function digestBuilds(builds: readonly Build[]): string {
  const text = JSON.stringify({ format, builds })

  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The archive's name as PBS writes it. */
export function nameArchive({ version, build, flavor }: Build, { target }: Archive): string {
  return `cpython-${version}+${build}-${target}-${flavor}.tar.gz`
}

function archivesFor(sha256s: Readonly<Record<string, string>>): readonly Archive[] {
  const jar = (...classifiers: readonly string[]): Jar => {
    for (const classifier of classifiers) {
      const sha256 = sha256s[classifier]
      if (sha256 !== undefined) return { classifier, sha256 }
    }
    throw new Error(`no jar for ${classifiers.join(' or ')}`)
  }

  return [
    { target: 'x86_64-unknown-linux-gnu', tree: 'linux-amd64', jar: jar('linux-x86_64') },
    { target: 'aarch64-unknown-linux-gnu', tree: 'linux-arm64', jar: jar('linux-arm64') },
    // For arm64 there is no jar of 3.11; pyconfig.h, the one file that differs, is set to the tree's values anyway.
    {
      target: 'aarch64-apple-darwin',
      tree: 'darwin-arm64',
      jar: jar('macosx-arm64', 'macosx-x86_64'),
    },
    { target: 'x86_64-apple-darwin', tree: 'darwin-amd64', jar: jar('macosx-x86_64') },
    { target: 'x86_64-pc-windows-msvc', tree: 'windows-amd64', jar: jar('windows-x86_64') },
  ]
}
