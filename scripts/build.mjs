// Builds dist/: the command line, the library and the threads, bundled, and the type declarations.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')

/** commander wants `child_process`, which takes 3 ms to load, for a kind of subcommand that pyembed has not. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id, importer) =>
    id === 'node:child_process' && importer?.includes('commander') ? '\0nothing' : undefined,
  load: (id) => (id === '\0nothing' ? 'module.exports = {}' : undefined),
}

/** @returns the packages that went in */
async function bundle(entries, format, codeSplitting = true) {
  const extension = format === 'cjs' ? 'cjs' : 'js'
  const { output } = await build({
    cwd: root,
    input: entries,
    platform: 'node',
    plugins: [withoutChildProcess],
    transform: { target: 'node20.19' },
    logLevel: 'warn',
    output: {
      dir: 'dist',
      format,
      codeSplitting,
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `chunks/[name]-[hash].${extension}`,
      // Short names are read faster, by a millisecond or two of each command; a library is read by people, too.
      minify: { compress: true, mangle: format === 'cjs', codegen: { removeWhitespace: true } },
      comments: false,
    },
  })
  const modules = output.flatMap((chunk) => chunk.moduleIds ?? [])
  return modules.flatMap((id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
}

/** The licence texts of what is in the bundles. */
function listLicenses(packages) {
  return [...new Set(packages)]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(path, 'package.json'), 'utf8'),
      )
      const file = readdirSync(path).find((found) => /^licen[cs]e/i.test(found))
      const text = file === undefined ? '' : `\n${readFileSync(join(path, file), 'utf8').trim()}\n`
      return `${name} ${version}: ${license}\n${text}`
    })
    .join('\n')
}

rmSync(dist, { recursive: true, force: true })
const packages = [
  // CommonJS loads faster than ES modules, by as much as bare node takes for one of those.
  ...(await bundle({ cli: 'src/cli.ts' }, 'cjs')),
  // A thread needs all of what it does.
  ...(await bundle({ 'part-worker': 'src/install/part-worker.ts' }, 'cjs', false)),
  ...(await bundle({ 'compare-worker': 'src/fs/compare-worker.ts' }, 'cjs', false)),
  ...(await bundle({ index: 'src/index.ts' }, 'esm')),
]
writeFileSync(join(dist, 'LICENSES.txt'), listLicenses(packages))
chmodSync(join(dist, 'cli.cjs'), 0o755)

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json')], { stdio: 'inherit' })
