// Builds dist/: the command line and the library, bundled and split, and the type declarations.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

rmSync(join(root, 'dist'), { recursive: true, force: true })

/**
 * Modules of Node that are dear to import, by 6 ms of each start: ES imports read every property, which of
 * `process` opens the three standard streams and of `fs` and `util` loads much else; commander wants `child_process`
 * for a kind of subcommand that pyembed has not.
 */
const frugalBuiltins = {
  name: 'frugal-builtins',
  setup({ onResolve, onLoad }) {
    const names = importedNames()
    onResolve({ filter: /^(?:node:)?(?:fs|os|process|url|util)$/ }, ({ path, importer }) => ({
      path: path.replace('node:', ''),
      namespace: importer.includes('node_modules') ? 'frugal' : 'frugal-own',
    }))
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'nothing', namespace: 'frugal' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'frugal' }, ({ path }) => ({
      contents:
        path === 'nothing'
          ? 'module.exports = {}'
          : `module.exports = process.getBuiltinModule('${path}')`,
    }))
    // What this code imports is known by name; taking over a whole module takes a millisecond.
    onLoad({ filter: /.*/, namespace: 'frugal-own' }, ({ path }) => ({
      contents: `export const { ${[...(names.get(path) ?? [])].join(', ')} } = process.getBuiltinModule('${path}')`,
    }))
  },
}

/** Names that src imports from each of Node's modules. */
function importedNames() {
  const names = new Map()
  for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(join(root, 'src', file), 'utf8')
    for (const [, list, module] of text.matchAll(/import \{([^}]*)\} from 'node:(\w+)'/g)) {
      const imported = list.split(',').map((name) => name.trim())
      const values = imported.filter((name) => name !== '' && !name.startsWith('type '))
      names.set(module, new Set([...(names.get(module) ?? []), ...values]))
    }
  }
  return names
}

// The command line, the library and the thread apart: chunks that they share would be more, and smaller, for each start.
const entryPoints = {
  cli: 'cli',
  index: 'index',
  'part-worker': 'install/part-worker',
  'compare-worker': 'fs/compare-worker',
}
for (const [name, path] of Object.entries(entryPoints)) {
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: `src/${path}.ts` },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: `chunks/${name}-[name]-[hash]`,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    // Bundled CommonJS packages ask for node's own modules, and only those, through require().
    banner: { js: 'const require = (id) => process.getBuiltinModule(id);' },
    plugins: [frugalBuiltins],
    logLevel: 'warning',
  })
}
chmodSync(join(root, 'dist/cli.js'), 0o755)

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json')], { stdio: 'inherit' })
