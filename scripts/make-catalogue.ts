// Writes src/releases/catalogue.json from a list of PBS assets:
//   npx tsx scripts/make-catalogue.ts ASSETS.json
// ASSETS.json: { "assets": [ { "url", "sha256" } ] }, the url as PBS publishes it.
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { assetKey, parseAssetName } from '../src/releases/asset.ts'
import { formatJson } from '../src/text/json.ts'

interface Input {
  readonly assets: readonly { readonly url: string; readonly sha256: string | null }[]
}

type Tree = { [key: string]: Tree | string }

const [input] = process.argv.slice(2)
if (input === undefined) throw new Error('usage: npx tsx scripts/make-catalogue.ts ASSETS.json')

const { assets } = JSON.parse(await readFile(input, 'utf8')) as Input
const catalogue: Tree = {}
let count = 0
for (const { url, sha256 } of assets) {
  const asset = parseAssetName(decodeURIComponent(basename(url)))
  if (asset === undefined || sha256 === null || !/^[0-9a-f]{64}$/.test(sha256)) continue

  const path = [asset.build, asset.version, asset.variant, asset.flavor]
  let node = catalogue
  for (const key of path) node = (node[key] ??= {}) as Tree
  const known = node[asset.target]
  if (known !== undefined && known !== sha256) {
    throw new Error(`two hashes for ${assetKey(asset)} ${asset.flavor}`)
  }
  node[asset.target] = sha256
  count += 1
}
const output = new URL('../src/releases/catalogue.json', import.meta.url)
await writeFile(output, formatJson(catalogue))
process.stdout.write(`${count} assets of ${Object.keys(catalogue).length} builds\n`)
