import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import { execa } from 'execa'
import * as v from 'valibot'

import { MirrorError } from './errors.ts'
import { goModulePath, jarArtifact, jarGroup } from './recipe.ts'
import type { Build, Wheel } from './recipe.ts'

const howToGet = {
  go: 'install Go 1.21 or later (Debian: `golang-go`, Homebrew: `go`)',
  mvn: 'install Maven (Debian: `maven`, Homebrew: `maven`)',
  python3: 'install Python 3 with pip (Debian: `python3-pip`, Homebrew: `python`)',
} as const

const goModule = v.object({ Dir: v.string(), Sum: v.string() })

/** The module's folder in Go's module cache, downloaded if need be. */
export async function locateGoModule(wanted: Build['goModule'], workDir: string): Promise<string> {
  const name = `${goModulePath}@${wanted.version}`
  const output = await run('go', ['mod', 'download', '-json', name], workDir)
  const { Dir, Sum } = v.parse(goModule, JSON.parse(output))
  if (Sum !== wanted.sum) throw new MirrorError(`\`${name}\` is \`${Sum}\`, not \`${wanted.sum}\``)

  return Dir
}

/** Puts the builds' jars into the folder, with one start of Maven; `jarPath` says where. */
export async function fetchJars(builds: readonly Build[], workDir: string): Promise<void> {
  const jars = new Map<string, { version: string; classifier: string; sha256: string }>()
  for (const { jarVersion: version, archives } of builds) {
    for (const { jar } of archives) jars.set(jarPath(workDir, version, jar), { version, ...jar })
  }
  const project = join(workDir, 'pom.xml')
  await writeFile(project, renderProject([...jars.values()], workDir))

  await run('mvn', ['-q', '-B', '-f', project, 'dependency:copy'], workDir)
  for (const [path, { sha256 }] of jars) await verify(path, sha256)
}

/** Where `fetchJars` puts a jar. */
export function jarPath(
  workDir: string,
  version: string,
  { classifier }: { readonly classifier: string },
): string {
  return join(workDir, `${jarArtifact}-${version}-${classifier}.jar`)
}

/** Puts the wheel into the folder and returns its path. */
export async function fetchWheel(
  { name, version, sha256 }: Wheel,
  pythonVersion: string,
  workDir: string,
): Promise<string> {
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--python-version', pythonVersion]
  const args = ['-m', 'pip', 'download', ...options, '--dest', workDir, `${name}==${version}`]
  await run('python3', args, workDir)

  return await verify(join(workDir, `${name}-${version}-py3-none-any.whl`), sha256)
}

async function run(
  tool: keyof typeof howToGet,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const command = tool === 'python3' && process.platform === 'win32' ? 'python' : tool
  const result = await execa(command, args, {
    cwd,
    stdin: 'ignore',
    reject: false,
    env: { PIP_REQUIRE_VIRTUALENV: '0' },
  })
  if (!result.failed) return result.stdout

  if (result.code === 'ENOENT' || result.stderr.includes('No module named pip')) {
    throw new MirrorError(`\`${command}\` is missing: ${howToGet[tool]}`)
  }
  const lines = stripVTControlCharacters(`${result.stderr}\n${result.stdout}`).split('\n')
  const reason = lines.find((line) => /error/i.test(line)) ?? result.shortMessage ?? ''
  throw new MirrorError(`\`${command} ${args.join(' ')}\` failed: ${reason.trim()}`)
}

async function verify(path: string, sha256: string): Promise<string> {
  const found = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  if (found !== sha256) throw new MirrorError(`\`${path}\` has sha256 ${found}, not ${sha256}`)

  return path
}

// A project of its own, because several versions of one artifact cannot be dependencies of one.
function renderProject(
  jars: readonly { version: string; classifier: string }[],
  outputDirectory: string,
): string {
  const items = jars.map(
    ({ version, classifier }) =>
      `<artifactItem><groupId>${jarGroup}</groupId><artifactId>${jarArtifact}</artifactId>` +
      `<version>${version}</version><classifier>${classifier}</classifier></artifactItem>`,
  )

  return `<project><modelVersion>4.0.0</modelVersion>
<groupId>pyembed</groupId><artifactId>test-mirror</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><configuration>
<outputDirectory>${escapeXml(outputDirectory)}</outputDirectory>
<artifactItems>
${items.join('\n')}
</artifactItems>
</configuration></plugin></plugins></build></project>
`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
