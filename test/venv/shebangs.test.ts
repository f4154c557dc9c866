import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { relativeScript } from '../../src/venv/shebangs.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

const program = 'import sys\nprint("ran")\n'

const makeLauncher = `
import io, json, sys, zipfile
data = io.BytesIO()
with zipfile.ZipFile(data, "w") as file:
    file.writestr("__main__.py", "print('ran')")
with open(json.loads(sys.argv[1]), "wb") as file:
    file.write(b"MZ launcher #! of distlib" + b"#!C:/venv/Scripts/python.exe" + bytes([13, 10]) + data.getvalue())
`

describe('relativeScript', () => {
  it.each([
    ['#!/a/venv/bin/python3.14\n', '/a/venv'],
    ['#!/a/venv/bin/python\n', '/a/venv'],
    [`#!/bin/sh\n'''exec' "/a b/venv/bin/python" "$0" "$@"\n' '''\n`, '/a b/venv'],
    [`#!/bin/sh\n'''exec' /a/venv/bin/python3.14 "$0" "$@"\n' '''\n`, '/a/venv'],
  ])('lets %j run beside its Python', (start, prefix) => {
    const directory = temporaryDirectory()
    const [script, python] = [join(directory, 'a "script" $(x)'), join(directory, 'python')]
    writeFileSync(script, relativeScript(Buffer.from(start + program), prefix) ?? '')
    writeFileSync(python, '#!/bin/sh\nexec python3 "$@"\n')
    for (const file of [script, python]) chmodSync(file, 0o755)

    expect(execFileSync(script, { encoding: 'utf8' })).toBe('ran\n')

    const tools = join(directory, 'tools')
    mkdirSync(tools)
    for (const tool of ['sh', 'dirname'])
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(tools, tool),
      )
    symlinkSync(runPython('import sys; print(sys.executable)').trim(), join(tools, 'python3'))
    expect(execFileSync(script, { encoding: 'utf8', env: { PATH: tools } })).toBe('ran\n')
  })

  it.each([
    '#!/other/venv/bin/python\nprint()\n',
    '#!/bin/sh\necho /a/venv/bin/python\necho 2\n',
    'echo /a/venv\n',
    '#!/bin/sh',
    '',
    'MZ /a/venv',
  ])('leaves %j alone', (text) => {
    expect(relativeScript(Buffer.from(text), '/a/venv')).toBeUndefined()
  })

  it('leaves launchers of Windows what Python reads', () => {
    const path = join(temporaryDirectory(), 'greet.exe')
    runPython(makeLauncher, path)

    const content = relativeScript(readFileSync(path), 'C:/venv') ?? Buffer.from('')

    expect(content.toString('latin1')).toMatch(
      /^MZ launcher #! of distlib#!<launcher_dir>\\python\.exe\r\nPK/,
    )
    writeFileSync(path, content)
    expect(execFileSync('python3', [path], { encoding: 'utf8' })).toBe('ran\n')
  })
})
