import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import {
  entryPointProgram,
  launcherName,
  pythonScript,
  relocatableShebang,
  windowsCommand,
} from '../../src/install/scripts.ts'
import { runModule } from '../helpers/child.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const odd = `it's "odd" & $HOME #1 [x]`

/** `bin/` of a prefix in an odd folder, with a Python that prints what it was called with. */
function makeBin(): string {
  const bin = join(temporaryDirectory('scripts'), odd, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'python3.14'), '#!/bin/sh\nprintf \'%s\\n\' "$0" "$@"\n')
  writeFileSync(join(bin, 'tool'), `${relocatableShebang('python3.14')}import sys\n`)
  for (const name of ['python3.14', 'tool']) chmodSync(join(bin, name), 0o755)
  return bin
}

describe('relocatableShebang', () => {
  it('starts the Python beside the script, with all arguments', () => {
    const bin = makeBin()

    const called = execFileSync(join(bin, 'tool'), ['a b', "it's", '$x'], { encoding: 'utf8' })

    expect(called).toBe(`${bin}/python3.14\n${bin}/tool\na b\nit's\n$x\n`)
  })

  it('does so through a link from elsewhere', () => {
    const bin = makeBin()
    const link = join(temporaryDirectory(), 'link')
    symlinkSync(join(bin, 'tool'), link)

    const [python] = execFileSync(link, { encoding: 'utf8' }).split('\n')

    expect(python).toBe(`${bin}/python3.14`)
  })

  it('is a string to Python', () => {
    const program = `import ast, json, sys
tree = ast.parse(json.loads(sys.argv[1]))
print([type(node).__name__ for node in tree.body])`

    expect(runPython(program, `${relocatableShebang('python3.14')}import sys\n`)).toBe(
      "['Expr', 'Import']\n",
    )
  })
})

describe('entryPointProgram', () => {
  it('calls the function under the name of the command and exits with its result', () => {
    const program = entryPointProgram({
      name: 'tool',
      module: 'demo.cli',
      attribute: 'Tool.run',
      isGui: false,
    })
    const setUp = `import json, sys, types
sys.modules["demo"] = types.ModuleType("demo")
module = sys.modules["demo.cli"] = types.ModuleType("demo.cli")
class Tool:
    def run():
        print(sys.argv)
        return 7
module.Tool = Tool
sys.argv[1:], code = ["x"], json.loads(sys.argv[1])
sys.argv[0] = "C:/p/Scripts/tool.exe"
try:
    exec(compile(code, "tool", "exec"), {"__name__": "__main__"})
except SystemExit as exit:
    print(exit.code)`

    expect(runPython(setUp, program)).toBe("['C:/p/Scripts/tool', 'x']\n7\n")
  })
})

describe('pythonScript', () => {
  it.each([
    ['#!python\nprint(1)\n', { text: 'print(1)\n', isGui: false }],
    ['#!pythonw -E\nprint(1)\n', { text: 'print(1)\n', isGui: true }],
    ['#!/bin/sh\necho\n', undefined],
    ['\u007fELF', undefined],
  ])('of %j', (content, expected) => {
    const script = pythonScript(Buffer.from(content))

    expect(script && { text: script.program.toString(), isGui: script.isGui }).toEqual(expected)
  })
})

describe('launcherName', () => {
  it.each([
    ['x86_64', false, 't64.exe'],
    ['x86_64', true, 'w64.exe'],
    ['aarch64', false, 't64-arm.exe'],
    ['i686', false, 't32.exe'],
  ])('for %s, GUI %s: %s', (arch, isGui, name) => {
    expect(launcherName(arch, isGui)).toBe(name)
  })
})

describe('windowsCommand', () => {
  const launcher = Buffer.from('MZ launcher')

  it('is launcher, shebang and a zip that zipfile reads', async () => {
    const path = join(temporaryDirectory(), 'tool.exe')
    const command = await windowsCommand(launcher, Buffer.from('import sys\n'), false)
    writeFileSync(path, command)

    const read = runPython(
      `import json, sys, zipfile
zip = zipfile.ZipFile(json.loads(sys.argv[1]))
print(zip.namelist(), zip.read("__main__.py"), zip.testzip())`,
      path,
    )

    expect(read).toBe("['__main__.py'] b'import sys\\n' None\n")
    expect(command.subarray(0, 50).toString()).toMatch(
      /^MZ launcher#!<launcher_dir>\\\.\.\\python\.exe\r\nPK/,
    )
  })

  it('takes pythonw for a GUI', async () => {
    const command = await windowsCommand(launcher, Buffer.from(''), true)

    expect(command.toString('latin1')).toContain('\\..\\pythonw.exe\r\n')
  })

  it('has the same bytes in every time zone', async () => {
    const code = `const { windowsCommand } = await import('./src/install/scripts.ts')
console.log((await windowsCommand(Buffer.from('MZ'), Buffer.from('import sys'), false)).toString('hex'))`

    const [utc, tokyo] = await Promise.all(
      ['UTC', 'Asia/Tokyo'].map((TZ) => runModule(code, { env: { TZ } })),
    )

    expect(utc).toMatch(/^4d5a/)
    expect(tokyo).toBe(utc)
  })
})
