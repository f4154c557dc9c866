import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { toolsDirectory } from '../helpers/make-once.ts'
import { askPython } from '../helpers/python.ts'

const version = '0.29.0'

/** rcodesign, Apple's code signing in Rust by other people; built once into the user's cache, which takes minutes. */
export async function findRcodesign(log: (line: string) => void): Promise<string> {
  const root = join(toolsDirectory(), `rcodesign-${version}`)
  const program = join(root, 'bin', 'rcodesign')
  if (existsSync(program)) return program
  log(`Building rcodesign ${version} with cargo`)
  const options = ['--version', version, '--locked', '--root', root]
  await execa('cargo', ['install', 'apple-codesign', ...options])
  return program
}

/** Signs a framework ad hoc once more, all of it, into another folder. */
export async function signAgain(rcodesign: string, from: string, to: string): Promise<void> {
  await execa(rcodesign, ['sign', from, to])
}

/** Makes a key and a certificate that signs itself, in one PEM file. */
export async function makeCertificate(rcodesign: string, path: string): Promise<void> {
  const options = ['--person-name', 'Judges', '--pem-unified-filename', path]
  await execa(rcodesign, ['generate-self-signed-certificate', ...options])
}

/** Nobody's identity signed it; and what is said of each file, or of each with a problem. */
const expected =
  /^(?:no problems detected|\(we do not verify|\(the verify command|Error: problems reported)/
const unsigned = /CMS error: missing further values/

/** What rcodesign has against the signature of a file; where it is `adHoc`, beyond that it is nobody's. */
export async function verifyFile(
  rcodesign: string,
  path: string,
  { isAdHoc }: { readonly isAdHoc: boolean },
): Promise<readonly string[]> {
  const { all } = await execa(rcodesign, ['verify', path], { all: true, reject: false })
  return all
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !expected.test(line) && !(isAdHoc && unsigned.test(line)),
    )
}

export interface SealDifference {
  readonly sealed: number
  /** Of both the rules, and which files they seal. */
  readonly isSameSet: boolean
  /** Files with other hashes. */
  readonly others: readonly string[]
}

const compare = `
import json, plistlib, sys
ours, theirs = [plistlib.load(open(path, "rb")) for path in json.loads(sys.argv[1])]
def content(seal):
    # For files that run on macOS before 10.11.4 rcodesign adds SHA-1.
    return {name: {key: value for key, value in what.items() if key != "hash"}
            for name, what in seal["files2"].items()}
files = content(ours)
others = content(theirs)
same = all(ours[key] == theirs[key] for key in ("rules", "rules2", "files"))
print(json.dumps({
    "sealed": len(files),
    "isSameSet": same and files.keys() == others.keys(),
    "others": [name for name in files if files[name] != others.get(name)],
}))
`

/** What two CodeResources have in common, read by Python's plistlib. */
export function compareSeals(ours: string, theirs: string): SealDifference {
  return askPython(compare, [ours, theirs])
}
