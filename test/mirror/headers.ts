import type { Layout } from './layout.ts'
import { addFile, addLink } from './tree.ts'
import type { Tree } from './tree.ts'
import { readZip } from './zip.ts'

const wanted = /^[^/]+\/[^/]+\/[^/]+\/[^/]+\/(include\/|libs\/.+\.lib$|lib\/pkgconfig\/python)/

type ConfigVariables = Readonly<Record<string, unknown>>

/**
 * Adds what a compiler needs and the module lacks: headers, import libraries, pkg-config files. They come from the same
 * minor version and are set to the tree's own patch and configuration.
 */
export async function addHeaders(
  tree: Tree,
  jar: string,
  layout: Layout,
  build: { readonly version: string; readonly pkgConfigPrefix: string },
): Promise<void> {
  const variables = await readConfigVariables(tree)
  for (const [name, data] of await readZip(jar, wanted)) {
    const path = name.split('/').slice(4).join('/')
    if (path === `${layout.include}/patchlevel.h`) {
      addFile(tree, path, setPatch(data.toString(), build.version), layout.fileMode)
    } else if (path === `${layout.include}/pyconfig.h`) {
      addFile(tree, path, setConfiguration(data.toString(), variables), layout.fileMode)
    } else if (path.startsWith('lib/pkgconfig/python3')) {
      addLink(tree, path, path.replace(/.*python3/, `python-${layout.minor}`))
    } else if (path.startsWith('lib/pkgconfig/')) {
      const text = setPackage(data.toString(), build.pkgConfigPrefix, variables)
      addFile(tree, path, text, layout.fileMode)
    } else {
      addFile(tree, path, data, layout.fileMode)
    }
  }
}

// `PY_VERSION_HEX` is computed from these in both versions.
function setPatch(header: string, version: string): string {
  return header
    .replace(/(#define PY_MICRO_VERSION\s+)\d+/, `$1${version.split('.')[2] ?? ''}`)
    .replace(/(#define PY_VERSION\s+)"[^"]*"/, `$1"${version}"`)
}

function setConfiguration(header: string, variables: ConfigVariables): string {
  const define = (line: string, name: string): string => {
    const value = variables[name]
    if (typeof value !== 'number') return line
    return value === 0 ? `/* #undef ${name} */` : `#define ${name} ${value}`
  }

  return header.replace(/^\/\* #undef (\w+) \*\/$|^#define (\w+) \d+$/gm, (line, undef, defined) =>
    define(line, String(undef ?? defined)),
  )
}

function setPackage(text: string, prefix: string, { LIBS }: ConfigVariables): string {
  return text
    .replace(/^prefix=.*$/m, () => `prefix=${prefix}`)
    .replace(/^Libs\.private:.*$/m, `Libs.private: ${String(LIBS).trim()}`)
}

/** What `sysconfig` of this tree would say, which includes all of its pyconfig.h; Windows has no such file. */
async function readConfigVariables(tree: Tree): Promise<ConfigVariables> {
  for (const [path, entry] of tree) {
    if (entry.kind === 'file' && path.includes('/_sysconfigdata_')) {
      const text = (await entry.read()).toString()
      return JSON.parse(text.slice(text.indexOf('{'))) as ConfigVariables
    }
  }

  return {}
}
