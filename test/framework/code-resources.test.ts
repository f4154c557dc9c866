import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import {
  codeResourcesPlist,
  createNeedsSha1,
  planResources,
  type Resource,
} from '../../src/framework/code-resources.ts'
import { writePlist } from '../../src/text/plist.ts'
import { readResources } from '../../src/framework/read-resources.ts'
import { flatRules, resourceRules } from '../../src/framework/resource-rules.ts'
import { findNpmPackage } from '../helpers/npm-package.ts'
import { askPython } from '../helpers/python.ts'

/** A framework that Xcode 26.2 built and signed. */
async function goldenVersion(): Promise<string> {
  const folder = 'build/RelWithDebInfo/NativeScript.apple.node/macos-arm64/NativeScript.framework'
  return join(
    await findNpmPackage('@nativescript/macos-node-api', '0.4.0'),
    folder,
    'Versions/0.1.0',
  )
}

function file(path: string): Resource {
  return {
    path,
    kind: 'file',
    sha256: Buffer.alloc(32, 1),
    sha1: createNeedsSha1()(path) ? Buffer.alloc(20, 2) : undefined,
  }
}

describe('planResources', () => {
  it('gives the bytes that codesign wrote', async () => {
    const version = await goldenVersion()

    const planned = planResources(readResources(version), 'NativeScript')

    const wanted = readFileSync(join(version, '_CodeSignature/CodeResources'), 'utf8')
    expect(writePlist(codeResourcesPlist(planned))).toBe(wanted)
  })

  it('seals files, links and nested code, and leaves out what rules omit', () => {
    const { files, files2 } = planResources(
      [
        file('Python'),
        file('_CodeSignature/CodeResources'),
        file('_CodeSignature.old/x'),
        file('Info.plist'),
        file('lib/Info.plist'),
        file('lib/.DS_Store'),
        file('version.plist'),
        file('Resources/Info.plist'),
        file('Resources/de.lproj/a.strings'),
        file('Resources/de.lproj/locversion.plist'),
        { path: 'Headers', kind: 'link', target: 'include/python3.14' },
        {
          path: 'Helpers/tool',
          kind: 'nested',
          cdHashes: [Buffer.alloc(20, 0xab), Buffer.alloc(20, 0xcd)],
        },
      ],
      'Python',
    )

    expect([...files.keys()]).toEqual([
      'version.plist',
      'Resources/Info.plist',
      'Resources/de.lproj/a.strings',
    ])
    expect([...files2.keys()]).toEqual([
      '_CodeSignature.old/x',
      'lib/Info.plist',
      'version.plist',
      'Resources/Info.plist',
      'Resources/de.lproj/a.strings',
      'Headers',
      'Helpers/tool',
    ])
    expect(files2.get('Headers')).toEqual(new Map([['symlink', 'include/python3.14']]))
    expect(files2.get('Resources/de.lproj/a.strings')).toEqual(
      new Map<string, unknown>([
        ['hash2', Buffer.alloc(32, 1)],
        ['optional', true],
      ]),
    )
    expect(files2.get('Helpers/tool')).toEqual(
      new Map<string, unknown>([
        ['cdhash', Buffer.alloc(20, 0xab)],
        ['requirement', `cdhash H"${'ab'.repeat(20)}" or cdhash H"${'cd'.repeat(20)}"`],
      ]),
    )
  })

  it('has the rules whose patterns mean in POSIX what they mean here', () => {
    const paths = [
      'Info.plist',
      'infoxplist',
      'a.dSYM',
      'a.dSYM/x',
      'a.dSYMx',
      'Library/Automator/x',
      'Library/x',
      'x/Frameworks/y',
      'Plug-ins/a',
      'x/.DS_Store',
      'x.DS_Store',
      'Resources/a.lproj/locversionxplist',
      'a\nb',
    ]
    const rules = [resourceRules, flatRules].flatMap((set) => [...set.rules, ...set.rules2])
    const patterns = rules.map(({ pattern }) => pattern)
    // Python has no POSIX expressions; the C library that it loads does.
    const program = `
import ctypes, json, sys
libc = ctypes.CDLL(None)
patterns, paths = json.loads(sys.argv[1])
out = []
for pattern in patterns:
    compiled = ctypes.create_string_buffer(256)
    assert libc.regcomp(compiled, pattern.encode(), 1 | 8) == 0
    out.append([libc.regexec(compiled, path.encode(), 0, None, 0) == 0 for path in paths])
print(json.dumps(out))`

    const ours = patterns.map((pattern) => paths.map((path) => new RegExp(pattern, 's').test(path)))

    expect(ours).toEqual(askPython(program, [patterns, paths]))
  })
})
