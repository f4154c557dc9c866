import { PyEmbedError } from '../errors.ts'
import { type Asset, parseAssetName } from './asset.ts'

/**
 * Reads a release's `SHA256SUMS` (lines of `<64 hex digits>  <name>`) into the assets pyembed knows.
 * @throws PYEMBED_SHASUMS_INVALID for any other line: a proxy's error page must not pass for an empty release.
 */
export function parseShasums(text: string, where: string): readonly Asset[] {
  const assets: Asset[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const match = /^([0-9a-f]{64}) [ *](\S+)\r?$/.exec(line)
    const [, sha256, name] = match ?? []
    if (sha256 === undefined || name === undefined) {
      throw new PyEmbedError(
        'PYEMBED_SHASUMS_INVALID',
        `line ${index + 1} of \`${where}\` is not \`<sha256>  <name>\``,
        {
          hint: 'A proxy or a login page may stand between you and the source; open the address in a browser',
        },
      )
    }
    const asset = parseAssetName(name)
    if (asset !== undefined) assets.push({ ...asset, sha256 })
  })
  return assets
}
