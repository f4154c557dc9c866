// Builds dist/: the command line and the library, bundled and split, and the type declarations.
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

rmSync(join(root, 'dist'), { recursive: true, force: true })

/**
 * `import … from 'node:process'` (env-paths, execa) makes Node read every property of process, which opens
 * the three standard streams: 4 ms of each start. The global is the same object.
 */
const processGlobal = {
  name: 'process-global',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?process$/ }, () => ({ path: 'process', namespace: 'global' }))
    onLoad({ filter: /.*/, namespace: 'global' }, () => ({ contents: 'module.exports = process' }))
  },
}

// The command line and the library apart: chunks that they share would be more, and smaller, for each start.
for (const name of ['cli', 'index']) {
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: `src/${name}.ts` },
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
    // Bundled CommonJS packages ask for node's own modules through require().
    banner: {
      js: "import { createRequire as pyembedRequire } from 'node:module';const require = pyembedRequire(import.meta.url);",
    },
    plugins: [processGlobal],
    logLevel: 'warning',
  })
}
chmodSync(join(root, 'dist/cli.js'), 0o755)

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json')], { stdio: 'inherit' })
